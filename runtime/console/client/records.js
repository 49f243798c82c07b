/**
 * The shapes of the API's answers; /docs describes every field.
 *
 * @module records
 */

/**
 * A file.
 * @typedef {object} FileRecord
 * @property {string} key
 * @property {number} size bytes
 * @property {string} mimeType
 * @property {string} etag
 * @property {string} versionId
 * @property {string} uploadedAt RFC 3339
 * @property {string} [name] display name
 * @property {Record<string, string>} [metadata]
 * @property {string} [checksumSHA256] base64
 * @property {"stored" | "rejected" | "deleted"} status
 * @property {string} [reason] why it was rejected
 * @property {string} [deletedAt] RFC 3339
 * @property {string} url a download URL, good for some minutes
 */

/**
 * An entry of a folder: a file, or a folder with the prefix to list it with.
 * @typedef {{type: "file", name: string, file: FileRecord} | {type: "folder", name: string, prefix: string}} Entry
 */

/**
 * A version of a file, or the mark of its deletion.
 * @typedef {object} Version
 * @property {string} versionId
 * @property {boolean} latest
 * @property {boolean} deleteMarker it says that the file was deleted then, and has no bytes
 * @property {number} size bytes
 * @property {string} lastModified RFC 3339
 */

export {};
