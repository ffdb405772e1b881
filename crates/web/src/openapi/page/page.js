"use strict";
fetch("/v1/openapi.json");
