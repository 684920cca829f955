import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    // text that becomes markup becomes it in Svelte, which escapes it; a page comes whole from the API (app/router.ts)
    files: ['src/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML)$/], MemberExpression[property.value=/^(innerHTML|outerHTML)$/]', message: 'Make it a Svelte component.' },
        { selector: 'CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|write|writeln)$/]', message: 'Make it a Svelte component.' },
      ],
    },
  },
  { ignores: ['dist/', 'node_modules/', 'src/app/api-types.ts'] },
);
