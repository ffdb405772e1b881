//! Metrics and stats (`rest-api.md` 14.2 to 14.5): as JSON, or as Prometheus reads them.

use std::borrow::Cow;

use aide::OperationInput;
use aide::axum::routing::get_with;
use aide::generate::GenContext;
use aide::openapi::{
    MediaType, Operation, Parameter, ParameterData, ParameterSchemaOrContent, ReferenceOr,
    Response as Described, SchemaObject,
};
use aide::operation::OperationOutput;
use axum::extract::{FromRequestParts, Query};
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};
use meter::{Page, Scope};
use onprem::Refusal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::Routes;
use crate::Web;
use crate::answer::{Answer, Refused};
use crate::auth::UserOrKey;
use crate::lines::Here;

/// The name of the parameter.
const FORMAT: &str = "format";
const PROMETHEUS: &str = "prometheus";
const JSON: &str = "json";

/// Where these calls are.
pub(super) fn routes() -> Routes {
    let web = || {
        get_with(metrics, |operation| {
            operation.summary("Metrics of the web layer").description(
                "Connections, requests in work, and how long requests took. Prometheus may leave `format` out.",
            )
        })
    };
    vec![
        ("/metrics", web()),
        ("/v1/metrics", web()),
        (
            "/v1/stats/app",
            get_with(app, |operation| {
                operation
                    .summary("Stats of the core")
                    .description("Counted in memory: cheap to ask for.")
            }),
        ),
        (
            "/v1/stats/app/internal",
            get_with(app_internal, |operation| {
                operation
                    .summary("Stats of the core, with Landline's own")
                    .description("Queues and their lag, start-up, upstream, process.")
            }),
        ),
        (
            "/v1/stats/db",
            get_with(db, |operation| {
                operation.summary("Stats of the database").description(
                    "Counts are some seconds old, in a database of millions of messages minutes.",
                )
            }),
        ),
        (
            "/v1/stats/db/internal",
            get_with(db_internal, |operation| {
                operation
                    .summary("Stats of the database, with Landline's own")
                    .description("Messages by state, records, sizes, and how old the counts are.")
            }),
        ),
    ]
}

/// Families of samples by their name.
#[derive(Serialize)]
#[serde(transparent)]
struct Families(Page);

impl JsonSchema for Families {
    fn schema_name() -> Cow<'static, str> {
        "MetricFamilies".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let sample = json_schema!({
            "type": "object",
            "properties": {
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "value": {"type": "number"},
            },
            "required": ["labels", "value"],
        });
        json_schema!({
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "enum": ["gauge", "counter"]},
                    "help": {"type": "string"},
                    "data": {"type": "array", "items": sample},
                },
                "required": ["type", "help", "data"],
            },
        })
    }
}

/// `metrics` of an answer.
#[derive(Serialize, JsonSchema)]
struct Metrics {
    metrics: Families,
}

/// `stats` of an answer.
#[derive(Serialize, JsonSchema)]
struct Stats<P> {
    stats: P,
}

#[derive(Serialize, JsonSchema)]
struct App {
    app: Families,
}

#[derive(Serialize, JsonSchema)]
struct Db {
    db: Families,
}

/// `GET /metrics`, `GET /v1/metrics`.
async fn metrics(Here(web): Here, _: UserOrKey, format: Format) -> Told<Metrics> {
    let mut page = Page::of(&[Scope::Web]).with("node", web.line.node());
    web.traffic.add_to(&mut page);
    format.tell(page, |metrics| Metrics { metrics })
}

/// `GET /v1/stats/app`.
async fn app(Here(web): Here, _: UserOrKey, format: Format) -> Told<Stats<App>> {
    app_page(&web, format, false).await
}

/// `GET /v1/stats/app/internal`.
async fn app_internal(Here(web): Here, _: UserOrKey, format: Format) -> Told<Stats<App>> {
    app_page(&web, format, true).await
}

async fn app_page(web: &Web, format: Format, internal: bool) -> Told<Stats<App>> {
    let mut page = web.line.app_stats(internal).await;
    web.traffic.add_endpoints_to(&mut page);
    format.tell(page, |app| Stats { stats: App { app } })
}

/// `GET /v1/stats/db`.
async fn db(Here(web): Here, _: UserOrKey, format: Format) -> Result<Told<Stats<Db>>, Refused> {
    db_page(&web, format, false).await
}

/// `GET /v1/stats/db/internal`.
async fn db_internal(
    Here(web): Here,
    _: UserOrKey,
    format: Format,
) -> Result<Told<Stats<Db>>, Refused> {
    db_page(&web, format, true).await
}

async fn db_page(web: &Web, format: Format, internal: bool) -> Result<Told<Stats<Db>>, Refused> {
    let page = web.line.db_stats(internal).await?;
    Ok(format.tell(page, |db| Stats { stats: Db { db } }))
}

/// How a page is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Prometheus,
}

impl Format {
    /// What a request asks for. Without `format` it is JSON, unless it comes from a scraper, which names the text format
    /// among what it accepts.
    fn of(parts: &Parts) -> Result<Self, Refusal> {
        let invalid = |why: &dyn std::fmt::Display| Refusal::invalid(FORMAT, why).with_status(400);
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| invalid(&error.body_text()))?;
        let mut asked = query.0.into_iter().rev();
        match asked.find(|(name, _)| name == FORMAT) {
            Some((_, format)) if format == PROMETHEUS => Ok(Self::Prometheus),
            Some((_, format)) if format == JSON => Ok(Self::Json),
            Some((_, format)) => {
                let format: String = format.chars().take(100).collect();
                Err(invalid(&format_args!(
                    "is {format:?}, must be {PROMETHEUS} or {JSON}"
                )))
            }
            None if is_scraper(&parts.headers) => Ok(Self::Prometheus),
            None => Ok(Self::Json),
        }
    }

    fn tell<P>(self, page: Page, shape: impl FnOnce(Families) -> P) -> Told<P> {
        match self {
            Self::Json => Told::Json(shape(Families(page))),
            Self::Prometheus => Told::Text(page.to_text()),
        }
    }
}

fn is_scraper(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter();
    accepted
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("version=0.0.4") || value.contains("application/openmetrics"))
}

impl<S: Send + Sync> FromRequestParts<S> for Format {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refused> {
        Ok(Self::of(parts)?)
    }
}

impl OperationInput for Format {
    fn operation_input(_: &mut GenContext, operation: &mut Operation) {
        let schema = json_schema!({"type": "string", "enum": [JSON, PROMETHEUS]});
        let parameter = ParameterData {
            name: FORMAT.to_owned(),
            description: Some("JSON by default, or the text format of Prometheus.".to_owned()),
            required: false,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(SchemaObject {
                json_schema: schema,
                external_docs: None,
                example: None,
            }),
            example: None,
            examples: indexmap::IndexMap::default(),
            explode: None,
            extensions: indexmap::IndexMap::default(),
        };
        operation
            .parameters
            .push(ReferenceOr::Item(Parameter::Query {
                parameter_data: parameter,
                allow_reserved: false,
                style: aide::openapi::QueryStyle::Form,
                allow_empty_value: None,
            }));
    }
}

/// A page as it goes out.
enum Told<P> {
    Json(P),
    Text(String),
}

impl<P: Serialize> IntoResponse for Told<P> {
    fn into_response(self) -> Response {
        const TEXT: HeaderValue = HeaderValue::from_static(meter::text::CONTENT_TYPE);
        match self {
            Self::Json(payload) => Answer::<200, P>(payload).into_response(),
            Self::Text(text) => ([(CONTENT_TYPE, TEXT)], text).into_response(),
        }
    }
}

impl<P: JsonSchema> OperationOutput for Told<P> {
    type Inner = P;

    fn operation_response(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Option<Described> {
        let mut response = Answer::<200, P>::operation_response(context, operation)?;
        let text = MediaType::default();
        response.content.insert("text/plain".to_owned(), text);
        Some(response)
    }

    fn inferred_responses(
        context: &mut GenContext,
        operation: &mut Operation,
    ) -> Vec<(Option<u16>, Described)> {
        Self::operation_response(context, operation)
            .map(|response| (Some(200), response))
            .into_iter()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use rstest::rstest;

    use super::*;

    fn asked(query: &str, accept: &str) -> Result<Format, Refusal> {
        let request = Request::get(format!("/metrics{query}")).header(ACCEPT, accept);
        Format::of(&request.body(()).unwrap().into_parts().0)
    }

    #[rstest]
    #[case("", "*/*", Format::Json)]
    #[case("", "application/json", Format::Json)]
    #[case("?x=prometheus", "text/plain", Format::Json)]
    #[case("?format=prometheus", "*/*", Format::Prometheus)]
    #[case("?a=b&format=%70rometheus&c", "application/json", Format::Prometheus)]
    #[case("?format=json&format=prometheus", "*/*", Format::Prometheus)]
    #[case("?format=json", "text/plain;version=0.0.4", Format::Json)]
    #[case(
        "",
        "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        Format::Prometheus
    )]
    fn the_format_is_asked_for(#[case] query: &str, #[case] accept: &str, #[case] format: Format) {
        assert_eq!(asked(query, accept).unwrap(), format);
    }

    #[test]
    fn the_document_has_both_formats_and_the_parameter() {
        let mut api = aide::openapi::OpenApi::default();
        let mut routes = aide::axum::ApiRouter::new();
        for (path, methods) in super::routes() {
            routes = routes.api_route(path, methods);
        }
        let _router: axum::Router = routes.finish_api(&mut api);

        let document = serde_json::to_value(&api).unwrap();
        let get = &document["paths"]["/v1/stats/app"]["get"];
        insta::assert_json_snapshot!(get["parameters"], @r#"
        [
          {
            "description": "JSON by default, or the text format of Prometheus.",
            "in": "query",
            "name": "format",
            "schema": {
              "enum": [
                "json",
                "prometheus"
              ],
              "type": "string"
            },
            "style": "form"
          }
        ]
        "#);
        let content = get["responses"]["200"]["content"].as_object().unwrap();
        let types: Vec<_> = content.keys().collect();
        assert_eq!(types, ["application/json", "text/plain"]);
        assert_eq!(document["paths"].as_object().unwrap().len(), 6);
    }

    #[rstest]
    #[case("?format=xml", r#"format: is "xml", must be prometheus or json"#)]
    #[case("?format=", r#"format: is "", must be prometheus or json"#)]
    #[case(
        "?format=PROMETHEUS",
        r#"format: is "PROMETHEUS", must be prometheus or json"#
    )]
    fn another_format_is_1009(#[case] query: &str, #[case] details: &str) {
        let refusal = asked(query, "text/plain;version=0.0.4").unwrap_err();

        assert_eq!((refusal.code.0, refusal.status), (1009, 400));
        assert_eq!(refusal.details, details);
    }
}
