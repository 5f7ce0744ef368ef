using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Verbs;

/// <summary>The parts of metadata that the server writes and clients only read.</summary>
internal static class SystemMetadata
{
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int RandomLength = 5;
    private const int LongestGeneratedBase = 63 - RandomLength;

    private static readonly string[] s_keptOnUpdate = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "namespace", "name", "generateName"];

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>True where the name was made up and another may be tried.</summary>
    public static bool FillForCreate(ApiRequest request, JsonObject created, DateTimeOffset now)
    {
        var metadata = created.ObjectOrNew("metadata");
        MatchUrl(request, metadata);
        if (metadata.String("resourceVersion") is { Length: > 0 } and not "0")
            throw new ApiException(StatusReason.BadRequest, "resourceVersion should not be set on objects to be created");
        var generated = string.IsNullOrEmpty(metadata.String("name")) && metadata.String("generateName") is { Length: > 0 };
        if (generated)
            metadata["name"] = GenerateName(metadata.String("generateName")!);
        foreach (var cleared in (ReadOnlySpan<string>)["resourceVersion", "selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"])
            metadata.Remove(cleared);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Time(now);
        return generated;
    }

    public static string GenerateName(string prefix)
    {
        var random = RandomNumberGenerator.GetString(NameAlphabet, RandomLength);
        return (prefix.Length > LongestGeneratedBase ? prefix[..LongestGeneratedBase] : prefix) + random;
    }

    /// <summary>Refuses another object's body, and puts what only the server writes back to what it was.</summary>
    public static void FillForUpdate(ApiRequest request, JsonObject next, JsonObject old)
    {
        var metadata = next.ObjectOrNew("metadata");
        var before = old.Object("metadata")!;
        MatchUrl(request, metadata);
        if (metadata.String("uid") is { Length: > 0 } uid && uid != before.String("uid"))
        {
            throw ApiException.Conflict(request.Resource.Type, request.Name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.String("uid")}");
        }

        foreach (var name in s_keptOnUpdate)
            Kinds.TreeParts.Copy(before, metadata, name);
        foreach (var cleared in (ReadOnlySpan<string>)["resourceVersion", "selfLink", "managedFields"])
            metadata.Remove(cleared);
    }

    private static void MatchUrl(ApiRequest request, JsonObject metadata)
    {
        var ns = metadata.String("namespace");
        if (!request.Resource.Type.Namespaced)
            metadata.Remove("namespace");
        else if (string.IsNullOrEmpty(ns))
            metadata["namespace"] = request.Namespace;
        else if (ns != request.Namespace)
            throw new ApiException(StatusReason.BadRequest, "the namespace of the provided object does not match the namespace sent on the request");

        var name = metadata.String("name");
        if (request.Name.Length == 0)
            return;
        if (string.IsNullOrEmpty(name))
            metadata["name"] = request.Name;
        else if (name != request.Name)
            throw new ApiException(StatusReason.BadRequest, $"the name of the object ({name}) does not match the name on the URL ({request.Name})");
    }
}
