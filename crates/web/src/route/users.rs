//! Users, login and logout (the reference's section 2).

use aide::axum::routing::{get_with, post_with};
use jiff::Timestamp;
use onprem::user::{ADMIN, Login, NewUser, PasswordChange, Role};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{Routes, Segment, to_the_end};
use crate::Api;
use crate::answer::{Answer, Challenge, Done, Refused};
use crate::auth::{Admin, Basic, Peer, User};
use crate::body::{AnyBody, JsonBody};
use crate::describe::Show;
use crate::lines::Here;

/// Where these calls are.
pub(super) fn routes() -> Routes {
    vec![
        (
            "/v1/users",
            post_with(create, |operation| {
                operation
                    .summary("Create a user")
                    .description("An ordinary one: the administrator is built in. A name that is taken is 500 with code 1014, as in the original.")
                    .shows(201, json!({"users": [{"username": "ops.reader"}]}))
            }),
        ),
        (
            "/v1/users/login",
            post_with(login, |operation| {
                operation
                    .summary("Log in")
                    .description("Gives a token; earlier ones stay good. With `new_password` the password is changed in the same step, which ends the user's other tokens; the first login of `admin` has to do so.")
                    .shows(200, json!({"users": [{"token": "nsevi4mTgKC98k5Ob4kSo8WtMXQU8LPadujehHDoRrg", "expires_after": "2031-02-18 09:05:44+00:00"}]}))
            }),
        ),
        (
            "/v1/users/logout",
            post_with(logout, |operation| {
                operation
                    .summary("Log out")
                    .description("Ends the token of the call; the user's others stay good.")
                    .shows(200, json!({}))
            }),
        ),
        (
            "/v1/users/{username}",
            get_with(show, |operation| {
                operation
                    .summary("Show a user")
                    .description("The administrator any, others themselves.")
                    .shows(200, json!({"users": [{"username": "ops.reader", "ROLES": "ROLE_USER"}]}))
            })
                .put_with(change, |operation| {
                    operation
                        .summary("Change a user's password")
                        .description("The administrator anybody's, others their own. Ends the user's other tokens.")
                        .shows(200, json!({"users": [{"username": "ops.reader"}]}))
                })
                .delete_with(delete, |operation| {
                    operation
                        .summary("Delete a user")
                        .description("Its tokens go with it. `admin` cannot be deleted.")
                        .shows(200, json!({"users": [{"username": "ops.reader"}]}))
                }),
        ),
    ]
}

/// `users` of an answer.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Users<U> {
    users: [U; 1],
}

impl<U> Users<U> {
    fn one<const STATUS: u16>(user: U) -> Answer<STATUS, Self> {
        Answer(Self { users: [user] })
    }
}

/// A login's element.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LoggedIn {
    /// For `Authorization: Bearer`.
    token: String,
    /// The end of its validity.
    expires_after: String,
}

/// A user by name.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Named {
    username: String,
}

/// A user with what it may do; the key is upper-case in the original.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Known {
    username: String,
    /// `ROLE_ADMIN` or `ROLE_USER`.
    #[serde(rename = "ROLES")]
    #[schemars(with = "String")]
    role: Role,
}

impl Api {
    /// Tells whoever keeps the admin's password in clear (`dev`) that it was changed.
    fn password_changed(&self, username: &str, password: String) {
        if let (ADMIN, Some(told)) = (username, &self.on_admin_password) {
            told(password);
        }
    }
}

/// `POST /v1/users/login`. The body is optional, its content type does not matter.
pub(crate) async fn login(
    Here(web): Here,
    Peer(address): Peer,
    Basic { username, password }: Basic,
    AnyBody(body, _): AnyBody<Login>,
) -> Result<Answer<200, Users<LoggedIn>>, Refused> {
    let Login { new_password } = Login::parse(&body)?;
    let issued = to_the_end(async move {
        let issued = web
            .line
            .login(&username, &password, new_password.as_deref(), address)
            .await?;
        if let Some(password) = new_password {
            web.password_changed(&username, password);
        }
        Ok(issued)
    })
    .await
    .map_err(|refusal| Refused::from(refusal).asking_for(Challenge::Basic))?;
    Ok(Users::one(LoggedIn {
        token: issued.token,
        expires_after: expiry(issued.expires_ms),
    }))
}

/// `POST /v1/users/logout`.
pub(crate) async fn logout(Here(web): Here, User(session): User) -> Result<Done, Refused> {
    to_the_end(async move { web.line.logout(&session).await }).await?;
    Ok(Done::done())
}

/// `POST /v1/users`.
pub(crate) async fn create(
    Here(web): Here,
    _: Admin,
    JsonBody(body, _): JsonBody<NewUser>,
) -> Result<Answer<201, Users<Named>>, Refused> {
    let user = NewUser::parse(&body)?;
    let username = user.username.clone();
    to_the_end(async move { web.line.create_user(user).await }).await?;
    Ok(Users::one(Named { username }))
}

/// `GET /v1/users/{username}`.
pub(crate) async fn show(
    Here(web): Here,
    user: User,
    Segment(username): Segment,
) -> Result<Answer<200, Users<Known>>, Refused> {
    user.may_handle(&username)?;
    let role = web.line.user_role(&username).await?;
    Ok(Users::one(Known { username, role }))
}

/// `PUT /v1/users/{username}`.
pub(crate) async fn change(
    Here(web): Here,
    user: User,
    Segment(username): Segment,
    JsonBody(body, _): JsonBody<PasswordChange>,
) -> Result<Answer<200, Users<Named>>, Refused> {
    user.may_handle(&username)?;
    let PasswordChange { password } = PasswordChange::parse(&body)?;
    let name = username.clone();
    to_the_end(async move {
        web.line.change_password(&user.0, &name, &password).await?;
        web.password_changed(&name, password);
        Ok(())
    })
    .await?;
    Ok(Users::one(Named { username }))
}

/// `DELETE /v1/users/{username}`.
pub(crate) async fn delete(
    Here(web): Here,
    _: Admin,
    Segment(username): Segment,
) -> Result<Answer<200, Users<Named>>, Refused> {
    let name = username.clone();
    to_the_end(async move { web.line.delete_user(&name).await }).await?;
    Ok(Users::one(Named { username }))
}

/// Unix milliseconds as the original prints them: `2031-02-17 09:05:44+00:00`.
fn expiry(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    time.strftime("%Y-%m-%d %H:%M:%S+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use rstest::rstest;

    use super::*;
    use crate::answer::tests::opened;

    #[rstest]
    #[case(0, "1970-01-01 00:00:00+00:00")]
    #[case(1_929_171_944_000, "2031-02-18 09:05:44+00:00")]
    #[case(1_709_164_799_999, "2024-02-28 23:59:59+00:00")]
    #[case(1_709_251_199_000, "2024-02-29 23:59:59+00:00")]
    #[case(i64::MAX, "9999-12-30 22:00:00+00:00")]
    fn a_tokens_end_is_printed_as_in_the_original(#[case] ms: i64, #[case] printed: &str) {
        assert_eq!(expiry(ms), printed);
    }

    #[tokio::test]
    async fn a_user_is_shown_with_roles_in_capitals() {
        let answer: Answer<200, _> = Users::one(Known {
            username: "ops.reader".to_owned(),
            role: Role::User,
        });

        let (status, _, body) = opened(answer.into_response()).await;

        assert_eq!(status, 200);
        insta::assert_json_snapshot!(body, @r#"
        {
          "meta": {
            "api_status": "stable",
            "version": "v2.53.1"
          },
          "users": [
            {
              "ROLES": "ROLE_USER",
              "username": "ops.reader"
            }
          ]
        }
        "#);
    }
}
