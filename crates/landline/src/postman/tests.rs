use std::collections::BTreeSet;
use std::path::Path;

use super::*;

fn requests(item: &Value) -> Vec<&Value> {
    match item["item"].as_array() {
        Some(items) => items.iter().flat_map(requests).collect(),
        None => vec![item],
    }
}

#[test]
fn every_operation_is_called() {
    let document = Document::new(web::openapi::document());
    let collection = collection();
    let called: BTreeSet<String> = requests(&collection)
        .iter()
        .map(|item| {
            let request = &item["request"];
            let path: Vec<&str> = request["url"]["path"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(Value::as_str)
                .collect();
            format!(
                "{} /{}",
                request["method"].as_str().unwrap(),
                path.join("/")
            )
        })
        .collect();

    for (method, path, _) in document.operations() {
        let path = path.replace('{', ":").replace('}', "");
        let call = format!("{method} {path}");
        assert!(called.contains(&call), "{call}");
    }
}

#[test]
fn every_call_of_the_api_is_documented() {
    let document = Document::new(web::openapi::document());

    for folder in story::folders() {
        for step in &folder.steps {
            let Some((method, path)) = step.operation() else {
                continue;
            };
            let operation = document.operation(method, path);
            assert!(operation.is_some(), "{method} {path}");
            for status in &step.statuses {
                let documented = &operation.unwrap()["responses"][status.to_string()];
                assert!(documented.is_object(), "{method} {path}: {status}");
            }
        }
    }
}

#[test]
fn the_committed_copies_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/postman");
    for (file, made, command) in [
        ("landline.postman_collection.json", collection(), "postman"),
        (
            "dev.postman_environment.json",
            environment(),
            "postman --environment",
        ),
    ] {
        let committed = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(
            committed == format!("{made:#}\n"),
            "cargo run -- {command} > docs/postman/{file}"
        );
    }
}
