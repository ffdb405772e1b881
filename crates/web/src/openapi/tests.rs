use std::collections::BTreeSet;

use super::*;
use crate::openapi::finish::METHODS;

fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            METHODS
                .iter()
                .filter_map(move |method| Some((format!("{method} {path}"), item.get(method)?)))
        })
        .collect()
}

#[test]
fn every_route_is_in_the_document() {
    let document = document();

    for path in route::paths() {
        let item = document["paths"][path].as_object();
        assert!(
            item.is_some_and(|item| !item.is_empty()),
            "{path} is not described"
        );
    }
    assert_eq!(
        document["paths"].as_object().unwrap().len(),
        route::paths().len()
    );
}

#[test]
fn every_operation_says_what_it_is() {
    let document = document();
    let tags: BTreeSet<&str> = head::TAGS.iter().map(|(name, _)| *name).collect();
    let mut ids = BTreeSet::new();

    for (name, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{name} has no summary");
        assert!(operation["x-role"].is_string(), "{name} has no role");
        let tag = operation["tags"][0].as_str().unwrap_or_default();
        assert!(tags.contains(tag), "{name}: {tag:?} is not described");
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{name}: {id} stands twice");
    }
}

#[test]
fn every_group_of_calls_has_calls() {
    let document = document();
    let used: BTreeSet<&str> = operations(&document)
        .iter()
        .filter_map(|(_, operation)| operation["tags"][0].as_str())
        .collect();

    for (name, _) in head::TAGS {
        assert!(used.contains(name) || *name == webhook::TAG, "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();

    for piece in text.split("\"$ref\":\"").skip(1) {
        let (reference, _) = piece.split_once('"').unwrap();
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_operation_has_refusals_with_examples() {
    let document = document();

    for (name, operation) in operations(&document) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if !status.starts_with(['4', '5']) {
                continue;
            }
            let response = match response["$ref"].as_str() {
                Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
                None => response,
            };
            let examples = &response["content"]["application/json"]["examples"];
            let some = examples.as_object().unwrap().values().next().unwrap();
            let details = &some["value"]["errors"][0]["details"];
            assert!(
                details.as_str().is_some_and(|text| !text.is_empty()),
                "{name} {status}"
            );
            assert!(
                response["headers"]["X-Request-Id"].is_object(),
                "{name} {status}"
            );
        }
    }
}

#[test]
fn an_ordinary_operation_is_whole() {
    let document = document();

    insta::assert_json_snapshot!(document["paths"]["/v1/users/{username}"]["delete"], @r##"
    {
      "description": "Its tokens go with it. `admin` cannot be deleted.",
      "operationId": "deleteUsersByUsername",
      "parameters": [
        {
          "description": "The user's name.",
          "example": "ops.reader",
          "in": "path",
          "name": "username",
          "required": true,
          "schema": {
            "pattern": "^[A-Za-z0-9._@-]{4,32}$",
            "type": "string"
          }
        }
      ],
      "responses": {
        "200": {
          "content": {
            "application/json": {
              "example": {
                "meta": {
                  "api_status": "stable",
                  "version": "v2.53.1"
                },
                "users": [
                  {
                    "username": "ops.reader"
                  }
                ]
              },
              "schema": {
                "properties": {
                  "meta": {
                    "$ref": "#/components/schemas/Meta"
                  },
                  "users": {
                    "items": {
                      "$ref": "#/components/schemas/Named"
                    },
                    "maxItems": 1,
                    "minItems": 1,
                    "type": "array"
                  }
                },
                "required": [
                  "users",
                  "meta"
                ],
                "type": "object"
              }
            }
          },
          "description": "Done.",
          "headers": {
            "X-Request-Id": {
              "$ref": "#/components/headers/X-Request-Id"
            }
          }
        },
        "401": {
          "$ref": "#/components/responses/Refusal401-1005"
        },
        "403": {
          "content": {
            "application/json": {
              "examples": {
                "1005": {
                  "summary": "1005 Access denied",
                  "value": {
                    "errors": [
                      {
                        "code": 1005,
                        "details": "the built-in user admin cannot be deleted",
                        "title": "Access denied"
                      }
                    ],
                    "meta": {
                      "api_status": "stable",
                      "version": "v2.53.1"
                    }
                  }
                }
              },
              "schema": {
                "$ref": "#/components/schemas/Refusal",
                "properties": {
                  "errors": {
                    "items": {
                      "$ref": "#/components/schemas/Error",
                      "properties": {
                        "code": {
                          "enum": [
                            1005
                          ]
                        }
                      }
                    }
                  }
                }
              }
            }
          },
          "description": "Forbidden:\n\n- 1005 Access denied",
          "headers": {
            "X-Request-Id": {
              "$ref": "#/components/headers/X-Request-Id"
            }
          }
        },
        "404": {
          "$ref": "#/components/responses/Refusal404-1006"
        },
        "500": {
          "$ref": "#/components/responses/Refusal500-1014-1023"
        },
        "503": {
          "$ref": "#/components/responses/Refusal503-1011"
        }
      },
      "security": [
        {
          "bearer": []
        }
      ],
      "summary": "Delete a user",
      "tags": [
        "Users"
      ],
      "x-role": "admin"
    }
    "##);
}

#[test]
fn the_document_is_the_same_every_time() {
    assert_eq!(document(), document());
    assert!(text().ends_with("}\n"));
}
