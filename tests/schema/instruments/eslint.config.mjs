// graphql-eslint's recommended schema rules and all of its Relay rules over the contract; each exception says why.
import graphql from "@graphql-eslint/eslint-plugin";
import { buildSchema, isObjectType } from "graphql";
import { readFileSync } from "node:fs";

const schema = process.env.CONTRACT;
const types = Object.values(buildSchema(readFileSync(schema, "utf8")).getTypeMap());
// What is no Node is a value: a part of the object that holds it, found through that object alone.
const values = types.filter(type => isObjectType(type) && !type.getInterfaces().some(each => each.name === "Node"));

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { schema } } },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      // A plain key is `<noun>Key` beside `<noun>`, on every type, so that a reader need not know where it stands.
      "@graphql-eslint/no-typename-prefix": "off",
      "@graphql-eslint/strict-id-in-types": ["error", { exceptions: { types: values.map(type => type.name) } }],
      "@graphql-eslint/relay-edge-types": [
        "error",
        {
          withEdgeSuffix: true,
          // Lines of a statement, versions and rows of a file are named by what they belong to and a number.
          shouldImplementNode: false,
          // `nodes` is a connection's short cut past its edges; short lists of values have no pages.
          listTypeCanWrapOnlyEdgeType: false,
        },
      ],
    },
  },
];
