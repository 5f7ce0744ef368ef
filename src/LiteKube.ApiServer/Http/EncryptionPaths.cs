using System.Buffers;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Store;
using Microsoft.AspNetCore.Http;

namespace LiteKube.ApiServer.Http;

/// <summary>What <c>litekube secrets</c> asks: how Secrets are encrypted on disk (GET), and a new key for them (POST). Open to whom RBAC allows these paths.</summary>
internal sealed class EncryptionPaths(IStoreEncryption? encryption)
{
    private const string StatusPath = "/litekube/secrets/encryption";
    private const string RotatePath = "/litekube/secrets/encryption/rotate-key";

    public async ValueTask<bool> TryHandleAsync(HttpContext context, string path)
    {
        var wanted = path switch { StatusPath => "GET", RotatePath => "POST", _ => null };
        if (wanted is null)
            return false;
        if (encryption is null)
            throw new ApiException(StatusReason.NotFound, "this server's store encrypts nothing");
        if (context.Request.Method != wanted)
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        try
        {
            // Once begun, a change of the key is carried through, whether or not its caller waits.
            var status = path == RotatePath ? await encryption.RotateKeyAsync(CancellationToken.None) : await encryption.StatusAsync(context.RequestAborted);
            await ResponseBody.WriteAsync(context, 200, ResultWriter.Json, Json(status));
            return true;
        }
        catch (StoreUnavailableException e)
        {
            throw new ApiException(StatusReason.ServiceUnavailable, e.Message);
        }
    }

    private static ReadOnlyMemory<byte> Json(EncryptionStatus status)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("keyFile"u8, status.KeyFile);
        writer.WriteStartArray("keys"u8);
        foreach (var key in status.Keys)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, key.Id);
            writer.WriteString("created"u8, key.Created);
            writer.WriteNumber("records"u8, key.Records);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("plainRecords"u8, status.PlainRecords);
        writer.WriteBoolean("traces"u8, status.HasTraces);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
