// Node resolves imports only with their extension.
export default { input: './api.json', output: { path: './hey', importFileExtension: '.js', module: { extension: '.js' } } };
