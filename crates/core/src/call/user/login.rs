//! Logins.

use std::net::IpAddr;

use onprem::user::{FIRST_PASSWORD, check_password};
use onprem::{Code, Refusal};
use subtle::ConstantTimeEq;

use super::limit::Ending;
use super::token::IssuedToken;
use super::{apply, read, wrong_credentials};
use crate::line::Line;
use crate::record::User;

impl Line {
    /// `POST /v1/users/login`. 401 / 1005, 403 / 1024, 400 / 1009 for a weak `new_password`, 429 / 1015 with
    /// `Retry-After` after 10 failed ones in a minute for the same user and address (100 for an address over all users).
    pub async fn login(
        &self,
        username: &str,
        password: &str,
        new_password: Option<&str>,
        address: IpAddr,
    ) -> Result<IssuedToken, Refusal> {
        let attempt = self.gatekeeper.attempts.begin(username, address).await?;
        let user = match self.check_credentials(username, password, address).await {
            Ok(user) => user,
            Err(refusal) => {
                attempt.settle(Ending::Untold);
                return Err(refusal);
            }
        };
        let Some(user) = user else {
            attempt.settle(Ending::Failed);
            return Err(wrong_credentials());
        };
        attempt.settle(Ending::Right);
        let new_password = new_password_in_force(&user, password, new_password)?;
        let issued = match new_password {
            None => self.give_token(username, &user).await?,
            Some(new) => {
                self.give_token_with_new_password(username, &user, new)
                    .await?
            }
        };
        self.sweep_tokens().await;
        Ok(issued)
    }

    /// The user, if the password is right. Takes as long whether or not there is such a user.
    async fn check_credentials(
        &self,
        username: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<Option<User>, Refusal> {
        let passwords = &self.gatekeeper.passwords;
        let user = read::<User>(self, username).await?;
        let is_right = match user.as_ref().map(|user| user.password_hash.as_deref()) {
            Some(Some(hash)) => passwords.matches(password, hash).await?,
            Some(None) => {
                passwords.compare_with_nothing(password).await?;
                self.is_first_password(password, address)
            }
            None => {
                passwords.compare_with_nothing(password).await?;
                false
            }
        };
        Ok(user.filter(|_| is_right))
    }

    /// Whether it is the built-in first password, from where that is accepted.
    fn is_first_password(&self, password: &str, address: IpAddr) -> bool {
        if !bool::from(password.as_bytes().ct_eq(FIRST_PASSWORD.as_bytes())) {
            return false;
        }
        let is_allowed = self.config.first_login_from.allows(address.to_canonical());
        if !is_allowed {
            tracing::warn!(line = %self.config.name, %address, "the first password is accepted from this machine only");
        }
        is_allowed
    }

    /// Gives out a token, unless the user was changed or deleted since the password was checked.
    async fn give_token(&self, username: &str, checked: &User) -> Result<IssuedToken, Refusal> {
        let (issued, change) = self.new_token(username)?;
        let _not_meanwhile = self.gatekeeper.users.read().await;
        self.still_as_checked(username, checked).await?;
        apply(self, vec![change]).await?;
        Ok(issued)
    }

    /// Changes the password and gives out a token, in one step; the user's other tokens go.
    async fn give_token_with_new_password(
        &self,
        username: &str,
        checked: &User,
        password: &str,
    ) -> Result<IssuedToken, Refusal> {
        let hash = self.gatekeeper.passwords.hash(password).await?;
        let (issued, change) = self.new_token(username)?;
        let _alone = self.gatekeeper.users.write().await;
        self.still_as_checked(username, checked).await?;
        self.replace_password(username, checked, hash, None, vec![change])
            .await?;
        Ok(issued)
    }

    /// 401 / 1005 if a user is not what it was when its password was checked.
    async fn still_as_checked(&self, username: &str, checked: &User) -> Result<(), Refusal> {
        if read::<User>(self, username).await?.as_ref() == Some(checked) {
            Ok(())
        } else {
            Err(wrong_credentials())
        }
    }
}

/// The password that a login is to set, if it is a new one. The password in force was checked before.
fn new_password_in_force<'a>(
    user: &User,
    password: &str,
    new_password: Option<&'a str>,
) -> Result<Option<&'a str>, Refusal> {
    let new_password = new_password.filter(|new| !new.is_empty());
    if user.password_hash.is_some() {
        // One client sends its password as the new one at every login: nothing is changed, and nothing checked either.
        return new_password
            .filter(|new| *new != password)
            .map(|new| check_password("new_password", new).map(|()| new))
            .transpose();
    }
    let new = new_password.ok_or_else(|| {
        Refusal::new(
            Code::PASSWORD_CHANGE,
            "the first password must be changed: send new_password with this login",
        )
    })?;
    if new == FIRST_PASSWORD {
        return Err(Refusal::invalid(
            "new_password",
            "must differ from the first password",
        ));
    }
    check_password("new_password", new)?;
    Ok(Some(new))
}
