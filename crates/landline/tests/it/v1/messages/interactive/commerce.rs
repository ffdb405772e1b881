//! Products and flows: what only the network knows of them.

use serde_json::json;

use super::super::super::plain;
use super::{CATALOG, every_type, interactive, product_list};
use crate::support::Guest;

#[tokio::test(flavor = "multi_thread")]
async fn products_that_cannot_be_bought_are_warned_of() {
    let guest = Guest::arrive().await;

    for (ids, code) in [
        (&["mug-blue", "mug-red", "tea"][..], 2026),
        (&["mug-blue", "coffee-liqueur"], 2029),
        (&["mug-blue", "tea", "coffee-liqueur"], 2030),
    ] {
        let customer = guest.customer().await;
        let id = guest
            .send(&interactive(&customer, &product_list(ids)))
            .await;

        guest.sink.status(&id, "delivered").await;
        let warning = guest.sink.status(&id, "warning").await;
        assert_eq!(guest.sink.statuses(&id), ["sent", "warning", "delivered"]);
        let inbox = guest.phones.received(&customer, 1).await;
        assert_eq!(inbox[0]["interactive"], product_list(ids));
        if code == 2026 {
            let names = [(id.as_str(), "[id]"), (customer.as_str(), "[customer]")];
            insta::allow_duplicates! {
                insta::assert_json_snapshot!(plain(&warning, &names), @r#"
                {
                  "statuses": [
                    {
                      "errors": [
                        {
                          "code": 2026,
                          "details": "Missing products: mug-red, tea in catalog 613000142001",
                          "title": "Missing products"
                        }
                      ],
                      "id": "[id]",
                      "message": {
                        "recipient_id": "[customer]"
                      },
                      "recipient_id": "[customer]",
                      "status": "warning",
                      "timestamp": "[time]",
                      "type": "message"
                    }
                  ]
                }
                "#);
            }
        }
        assert_eq!(
            warning["statuses"][0]["errors"][0]["code"], code,
            "{warning}"
        );
    }
}

/// What the network alone knows: a catalogue, products, flows.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_network_refuses_fails_with_the_documented_code() {
    let guest = Guest::arrive().await;
    let of_catalog = |catalog: &str| {
        let mut object = product_list(&["mug-blue"]);
        object["action"]["catalog_id"] = catalog.into();
        object
    };
    let flow = |id: &str| {
        let mut object = every_type()
            .into_iter()
            .find(|object| object["type"] == "flow")
            .unwrap();
        object["action"]["parameters"]["flow_id"] = id.into();
        object
    };
    let product =
        json!({"type": "product", "action": {"catalog_id": CATALOG, "product_retailer_id": "tea"}});

    for (object, code, details) in [
        (
            of_catalog("613000142099"),
            2024,
            "Catalog ID not found: 613000142099",
        ),
        (
            of_catalog("613000142002"),
            2025,
            "Catalog ID 613000142002 is not linked to the sending number",
        ),
        (
            product_list(&["tea", "mug-red"]),
            2027,
            "No products found: tea, mug-red in catalog 613000142001",
        ),
        (
            product,
            2027,
            "No products found: tea in catalog 613000142001",
        ),
        (
            product_list(&["coffee-liqueur"]),
            2028,
            "All products failed compliance: coffee-liqueur in catalog 613000142001",
        ),
        (
            product_list(&["tea", "coffee-liqueur"]),
            2030,
            "Mixed products invalid and failed compliance: tea, coffee-liqueur in catalog 613000142001",
        ),
        (
            flow("720000511003"),
            2068,
            "Flow 720000511003 is blocked: its endpoint has failed too often",
        ),
        (
            flow("720000511004"),
            2069,
            "Flow 720000511004 is throttled: it was sent 10 times within the last hour",
        ),
        (
            flow("720000511099"),
            1009,
            "Flow 720000511099 does not exist",
        ),
    ] {
        let customer = guest.customer().await;
        let failure = guest.failure(&interactive(&customer, &object)).await;

        let error = &failure["statuses"][0]["errors"][0];
        assert_eq!(error["code"], code, "{failure}");
        assert_eq!(error["details"], details, "{failure}");
        assert!(guest.phones.inbox(&customer).await.is_empty());
    }
}

/// The simulated network asks for no such thing; a real one in India does, in words.
#[tokio::test(flavor = "multi_thread")]
async fn missing_compliance_info_is_2050() {
    let guest = Guest::arrive().await;

    for (fault, code) in [("refuse", 100), ("refuse", 131_009), ("fail", 131_008)] {
        let customer = guest.customer().await;
        let details = "Missing compliance info of the business";
        let rule = json!({"code": code, "times": 1, "to": customer, "details": details});
        guest.phones.fault(fault, rule).await;

        let sent = interactive(&customer, &product_list(&["mug-blue"]));
        let failure = guest.failure(&sent).await;

        insta::allow_duplicates! {
            insta::assert_json_snapshot!(failure, @r#"
            {
              "statuses": [
                {
                  "errors": [
                    {
                      "code": 2050,
                      "details": "Missing compliance info of the business",
                      "title": "Missing Compliance Info"
                    }
                  ],
                  "id": "[id]",
                  "message": {
                    "recipient_id": "[customer]"
                  },
                  "recipient_id": "[customer]",
                  "status": "failed",
                  "timestamp": "[time]",
                  "type": "message"
                }
              ]
            }
            "#);
        }
    }
}
