//! Reading JSON bodies with the documented refusals: 1025 for what is not JSON, 1008, 1009 with the path of the field.
