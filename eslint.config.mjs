import js from "@eslint/js";
import globals from "globals";

const rules = {
    ...js.configs.recommended.rules,
    "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
    "no-var": "error",
    "prefer-const": "error",
    eqeqeq: ["error", "always", { null: "ignore" }],
    curly: "error",
    "no-console": "error",
    "no-eval": "error",
    "no-implied-eval": "error",
    "no-new-func": "error",
    // Markup put together by hand is how a customer's message becomes a script in a salesperson's browser.
    "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Render with a template or set textContent." },
        { property: "outerHTML", message: "Render with a template or set textContent." },
        { property: "insertAdjacentHTML", message: "Render with a template or set textContent." },
    ],
};

export default [
    {
        files: ["**/*.js"],
        languageOptions: {
            ecmaVersion: 2024,
            sourceType: "module",
            globals: { ...globals.browser, luxon: "readonly", owl: "readonly" },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules,
    },
    {
        files: ["**/*.mjs"],
        languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules,
    },
];
