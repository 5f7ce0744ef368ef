namespace LiteKube.Store;

/// <param name="KeyFile">Whoever has this file can read what is encrypted; without it nobody can.</param>
/// <param name="Prefixes">Values of keys that start with one of these are encrypted.</param>
/// <param name="Keys">The first one writes. More than one: a change of the key is not complete.</param>
/// <param name="PlainRecords">Records under the prefixes that are not encrypted.</param>
/// <param name="HasTraces">Unused parts of the file may still hold values from before they were encrypted; the next open erases them.</param>
public sealed record EncryptionStatus(string KeyFile, IReadOnlyList<string> Prefixes, IReadOnlyList<EncryptionKeyStatus> Keys, long PlainRecords, bool HasTraces);
