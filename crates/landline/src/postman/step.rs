//! One request of the collection: which call, with what, and what has to hold.

use serde_json::Value;

/// A group of requests.
pub(super) struct Folder {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) steps: Vec<Step>,
}

impl Folder {
    pub(super) fn new(name: &str, about: &str, steps: Vec<Step>) -> Self {
        Self {
            name: name.to_owned(),
            about: about.to_owned(),
            steps,
        }
    }
}

/// A request.
pub(super) struct Step {
    /// Empty: the operation's summary.
    pub(super) name: String,
    pub(super) method: String,
    /// With its variable parts in braces; its own query, if any.
    pub(super) path: String,
    pub(super) target: Target,
    pub(super) auth: Auth,
    pub(super) body: Option<Body>,
    /// Values of the path's variable parts, by name.
    pub(super) variables: Vec<(&'static str, &'static str)>,
    /// Statuses that may come; empty: every one that the document has.
    pub(super) statuses: Vec<u16>,
    /// Lines of the test script.
    pub(super) tests: Vec<String>,
    /// Lines that run before.
    pub(super) before: Vec<String>,
}

/// Who is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Api,
    /// The simulated network: virtual customers.
    Sim,
}

/// Which credentials go along.
pub(super) enum Auth {
    /// The collection's token.
    Inherited,
    None,
    Basic(&'static str, &'static str),
    Bearer(&'static str),
}

/// What is sent.
pub(super) enum Body {
    Json(Value),
    /// A content type and a text.
    Text(&'static str, String),
}

impl Step {
    fn new(target: Target, method: &str, path: &str) -> Self {
        Self {
            name: String::new(),
            method: method.to_owned(),
            path: path.to_owned(),
            target,
            auth: Auth::Inherited,
            body: None,
            variables: Vec::new(),
            statuses: Vec::new(),
            tests: Vec::new(),
            before: Vec::new(),
        }
    }

    /// A call of the API.
    pub(super) fn api(method: &str, path: &str) -> Self {
        Self::new(Target::Api, method, path)
    }

    /// A call to the simulated network.
    pub(super) fn sim(method: &str, path: &str) -> Self {
        Self {
            auth: Auth::None,
            ..Self::new(Target::Sim, method, path)
        }
    }

    pub(super) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub(super) fn with(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    pub(super) fn json(mut self, body: Value) -> Self {
        self.body = Some(Body::Json(body));
        self
    }

    pub(super) fn text(mut self, content_type: &'static str, body: impl Into<String>) -> Self {
        self.body = Some(Body::Text(content_type, body.into()));
        self
    }

    pub(super) fn at(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    pub(super) fn is(mut self, statuses: &[u16]) -> Self {
        self.statuses.extend(statuses);
        self
    }

    /// A test: what has to hold, and an expression that is true then. `body` is the answer's JSON.
    pub(super) fn holds(mut self, what: &str, expression: &str) -> Self {
        let line = format!("pm.test({what:?}, () => pm.expect({expression}).to.be.true);");
        self.tests.push(line);
        self
    }

    /// Keeps a value of a success for later requests.
    pub(super) fn keeps(mut self, variable: &str, expression: &str) -> Self {
        self.tests.push(format!(
            "if (pm.response.code < 300) pm.collectionVariables.set({variable:?}, {expression});"
        ));
        self
    }

    /// A line of the test script.
    pub(super) fn then(mut self, line: &str) -> Self {
        self.tests.push(line.to_owned());
        self
    }

    /// A line that runs before.
    pub(super) fn first(mut self, line: &str) -> Self {
        self.before.push(line.to_owned());
        self
    }

    /// Asks again, up to 100 times, until an expression is true.
    pub(super) fn until(self, expression: &str) -> Self {
        self.then(&format!("const isThere = {expression};"))
            .then("const tries = Number(pm.collectionVariables.get(\"tries\") || 0) + 1;")
            .then("pm.collectionVariables.set(\"tries\", isThere ? 0 : tries);")
            .then("if (!isThere && tries < 100) {")
            .then("  pm.execution.setNextRequest(pm.info.requestId);")
            .then("  setTimeout(() => {}, 100);")
            .then("} else {")
            .then(&format!(
                "  pm.test({:?}, () => pm.expect(isThere).to.be.true);",
                format!("in the end: {expression}")
            ))
            .then("}")
    }

    /// Skipped unless everything is wanted.
    pub(super) fn only_with_everything(self) -> Self {
        self.first(
            "if (pm.environment.get(\"everything\") !== \"yes\") pm.execution.skipRequest();",
        )
    }

    /// Method and path, if it is a call of the API.
    pub(super) fn operation(&self) -> Option<(&str, &str)> {
        let path = self.path.split('?').next().unwrap_or_default();
        (self.target == Target::Api).then_some((self.method.as_str(), path))
    }
}

/// The OpenAPI document.
pub(super) struct Document(Value);

impl Document {
    pub(super) fn new(document: Value) -> Self {
        Self(document)
    }

    /// The groups of calls: names and sentences.
    pub(super) fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list("/tags")
            .map(|tag| (text(tag, "name"), text(tag, "description")))
    }

    /// Every operation with its method, in capitals, and its path.
    pub(super) fn operations(&self) -> impl Iterator<Item = (String, &str, &Value)> {
        let paths = self.0.get("paths").and_then(Value::as_object);
        paths.into_iter().flatten().flat_map(|(path, item)| {
            ["post", "get", "put", "patch", "delete"]
                .into_iter()
                .filter_map(move |method| {
                    let operation = item.get(method)?;
                    Some((method.to_ascii_uppercase(), path.as_str(), operation))
                })
        })
    }

    /// One operation.
    pub(super) fn operation(&self, method: &str, path: &str) -> Option<&Value> {
        self.0
            .get("paths")?
            .get(path)?
            .get(method.to_ascii_lowercase())
    }

    /// What a reference leads to, or the value itself.
    pub(super) fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        let target = value.get("$ref").and_then(Value::as_str);
        target
            .and_then(|target| self.0.pointer(target.trim_start_matches('#')))
            .unwrap_or(value)
    }

    fn list(&self, pointer: &str) -> impl Iterator<Item = &Value> {
        self.0
            .pointer(pointer)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    }
}

/// A text member; `""` when there is none.
pub(super) fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
