//! The numbers of an account (`cloud-api.md` 1.7).

use super::Client;
use super::call::page;
use crate::error::Failure;
use crate::number::Number;

/// More pages than any account has.
const PAGES: usize = 50;

impl Client {
    /// `GET /{WABA_ID}/phone_numbers`, all pages: the number with these digits, if the account has it. Needs no
    /// `phone_number_id` in the configuration.
    pub async fn find_number(&self, digits: &str) -> Result<Option<Number>, Failure> {
        let config = self.config();
        let path = [config.account_id.as_str(), "phone_numbers"];
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut query = vec![("fields", "id,display_phone_number,verified_name")];
            query.extend(after.as_deref().map(|after| ("after", after)));
            let page = page(&self.get(&path, &query).await?)?;
            let numbers = page
                .data
                .into_iter()
                .filter_map(|number| serde_json::from_value::<Number>(number).ok());
            if let Some(found) = numbers.into_iter().find(|number| number.digits() == digits) {
                return Ok(Some(found));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(None)
    }
}
