using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images.Storing;
using Microsoft.Extensions.Logging;

namespace LiteKube.Runtimes.Native.Images.Archives;

/// <summary>Image archives that an operator put into a directory, for machines that reach no registry. What comes from there is pinned.</summary>
internal sealed partial class BundleDirectory(ImageStore store, ILogger logger)
{
    private static readonly string[] s_endings = [".tar", ".tar.gz", ".tgz", ".tar.zst"];

    /// <summary>Imports what is new or changed, or was removed since. An archive that is refused is said, and does not keep the others out.</summary>
    public async Task ImportAsync(string directory, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles().Where(f => s_endings.Any(e => f.Name.EndsWith(e, StringComparison.Ordinal))).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            var record = Path.Combine(store.BundleRecords, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(file.FullName))) + ".json");
            if (IsImported(record, file))
                continue;
            try
            {
                var ids = await new ImageImporter(store).ImportAsync(file.FullName, null, pinned: true, cancellationToken).ConfigureAwait(false);
                StoreFiles.Write(record, JsonSerializer.SerializeToUtf8Bytes(new BundleRecord(file.FullName, file.Length, file.LastWriteTimeUtc, ids), StoreJson.Default.BundleRecord));
                LogImported(file.FullName, ids.Count);
            }
            catch (Exception e) when (e is RuntimeException or IOException or UnauthorizedAccessException)
            {
                LogRefused(file.FullName, e.Message);
            }
        }
    }

    private bool IsImported(string record, FileInfo file)
    {
        if (!File.Exists(record))
            return false;
        var known = JsonSerializer.Deserialize(File.ReadAllBytes(record), StoreJson.Default.BundleRecord);
        return known is not null && known.Bytes == file.Length && known.Modified == file.LastWriteTimeUtc && known.ImageIds.All(i => store.Catalog.Find(i) is not null);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Images} images imported from {File}")]
    private partial void LogImported(string file, int images);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} is not imported: {Reason}")]
    private partial void LogRefused(string file, string reason);
}
