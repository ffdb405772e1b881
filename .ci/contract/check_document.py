"""Whether the document is valid OpenAPI 3.1, and its examples are what their schemas say."""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

document = json.load(open(sys.argv[1], encoding="utf-8"))
failures = [
    f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
    for error in OpenAPIV31SpecValidator(document).iter_errors()
]


def resolved(schema):
    """A schema that carries the components that it refers to."""
    return {**schema, "components": document["components"]}


def examples(part):
    """The examples of a media type or of a parameter."""
    if "example" in part:
        yield "example", part["example"]
    for name, example in part.get("examples", {}).items():
        yield name, example["value"]


def check(part, place):
    """Notes the examples that are not what the part's schema says."""
    global count
    for name, value in examples(part):
        count += 1
        for error in Draft202012Validator(resolved(part["schema"])).iter_errors(value):
            where = "/".join(map(str, error.absolute_path))
            failures.append(f"{place}: the example {name!r} at {where!r}: {error.message}")


def walk(node, place):
    """Checks everything that has a schema and examples."""
    if isinstance(node, dict):
        if isinstance(node.get("schema"), dict):
            check(node, place)
        for name, member in node.items():
            walk(member, f"{place}/{name}")
    elif isinstance(node, list):
        for index, element in enumerate(node):
            walk(element, f"{place}/{index}")


count = 0
walk(document["paths"], "paths")
walk(document["webhooks"], "webhooks")
walk(document["components"]["responses"], "components/responses")
for failure in failures:
    print(failure, file=sys.stderr)
operations = sum(len(path) for path in document["paths"].values())
print(f"{operations} operations, {count} examples, {len(failures)} failures")
sys.exit(1 if failures else 0)
