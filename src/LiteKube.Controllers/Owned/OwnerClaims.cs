using System.Buffers;
using System.Text.Json;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Selectors;
using LiteKube.Client;

namespace LiteKube.Controllers.Owned;

/// <summary>
/// Decides which objects belong to an owner: those it controls and selects stay, those it controls and no longer selects are released, orphans
/// that it selects are adopted. Adoption asks the server first whether the owner still lives, because the cache may be behind.
/// </summary>
internal sealed class OwnerClaims<TOwner>(KubeClient client)
    where TOwner : class, IKubeObject<TOwner>
{
    public async ValueTask<List<T>> ClaimAsync<T>(TOwner owner, LabelMatcher selector, IEnumerable<T> candidates, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        var claimed = new List<T>();
        bool? mayAdopt = null;
        foreach (var candidate in candidates)
        {
            var metadata = candidate.Metadata;
            var matches = selector.Matches(metadata.Labels);
            if (metadata.ControllerOf() is { } controller)
            {
                if (controller.Uid != owner.Metadata.Uid)
                    continue;
                if (matches)
                    claimed.Add(candidate);
                else if (owner.Metadata.DeletionTimestamp is null)
                    await PatchAsync<T>(metadata.KeyOf(), Release(owner, metadata.Uid), cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!matches || owner.Metadata.DeletionTimestamp is not null || metadata.DeletionTimestamp is not null)
                continue;
            mayAdopt ??= await StillLivesAsync(owner, cancellationToken).ConfigureAwait(false);
            if (mayAdopt == true && await PatchAsync<T>(metadata.KeyOf(), Adopt(owner, metadata.Uid), cancellationToken).ConfigureAwait(false) is { } adopted)
                claimed.Add(adopted);
        }

        return claimed;
    }

    private async ValueTask<bool> StillLivesAsync(TOwner owner, CancellationToken cancellationToken) =>
        await client.FindAsync<TOwner>(owner.Metadata.Namespace, owner.Metadata.Name!, cancellationToken).ConfigureAwait(false) is { } fresh
        && fresh.Metadata.Uid == owner.Metadata.Uid
        && fresh.Metadata.DeletionTimestamp is null;

    /// <summary>The patched object, or null when it is gone or has become another in the meantime.</summary>
    private async ValueTask<T?> PatchAsync<T>(ObjectKey key, ReadOnlyMemory<byte> patch, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        try
        {
            return await client.PatchAsync<T>(key.Namespace, key.Name, PatchKind.StrategicMerge, patch, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason is StatusReason.NotFound or StatusReason.Invalid or StatusReason.Conflict)
        {
            return null;
        }
    }

    // The uid in a patch makes it fail on a new object of the same name.
    private static ReadOnlyMemory<byte> Adopt(TOwner owner, string? uid) => Patch(uid, writer => owner.ControllerReference().Write(writer));

    private static ReadOnlyMemory<byte> Release(TOwner owner, string? uid) => Patch(uid, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("$patch", "delete");
        writer.WriteString("uid", owner.Metadata.Uid);
        writer.WriteEndObject();
    });

    private static ReadOnlyMemory<byte> Patch(string? uid, Action<Utf8JsonWriter> reference)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("metadata");
            writer.WriteString("uid", uid);
            writer.WriteStartArray("ownerReferences");
            reference(writer);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
