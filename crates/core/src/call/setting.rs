//! Application settings (`rest-api.md` section 6).

use onprem::Refusal;

use crate::line::Line;

#[expect(unused_variables, reason = "skeleton")]
impl Line {
    /// `GET /v1/settings/application`: the value of `settings.application`.
    pub fn settings_json(&self) -> serde_json::Value {
        unimplemented!()
    }

    /// `PATCH /v1/settings/application`: in the store first, then in force.
    pub async fn patch_settings(&self, body: &[u8]) -> Result<(), Refusal> {
        unimplemented!()
    }

    /// `DELETE /v1/settings/application`: all fields back to their defaults.
    pub async fn reset_settings(&self) -> Result<(), Refusal> {
        unimplemented!()
    }
}
