//! Template definitions on their way up.

use onprem::template::Definition;

/// The on-prem view of a template.
pub fn definition(template: &graph::template::Template) -> Definition {
    let _ = template;
    unimplemented!()
}
