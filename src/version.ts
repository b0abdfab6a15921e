/** The version of this package; a test holds it to package.json. Not read from there: a bundled app has no such file. */
export const VERSION = '0.1.0';
