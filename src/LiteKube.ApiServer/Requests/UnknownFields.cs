using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;
using LiteKube.Api.Validation;

namespace LiteKube.ApiServer.Requests;

/// <summary>Makes a body fit its type. Fields that the type does not know, and fields given twice, are refused, warned of or passed over, and in every case dropped.</summary>
internal static class UnknownFields
{
    public static void Handle(ApiRequest request, JsonObject tree, TypeSchema type, GroupVersionKind kind, IReadOnlyList<string> duplicates)
    {
        var findings = StructureCheck.Findings(StructureCheck.Normalize(tree, type), duplicates);
        // Upstream decodes a custom resource first and knows its fields afterwards.
        if (type.Source is not null && duplicates.Count > 0)
            findings = [.. findings.Skip(findings.Count - duplicates.Count), .. findings.Take(findings.Count - duplicates.Count)];
        if (findings.Count == 0)
            return;
        if (request.Options.FieldValidation == FieldValidation.Strict)
            throw StructureCheck.Strict(kind, findings);
        Warn(request, findings);
    }

    /// <summary>The same for what a patch made, where all that is wrong is the patch's fault.</summary>
    public static void HandlePatched(ApiRequest request, JsonObject tree, TypeSchema type, IReadOnlyList<string> findings)
    {
        IReadOnlyList<string> unknown;
        try
        {
            unknown = StructureCheck.Normalize(tree, type);
        }
        catch (ApiException e) when (e.Reason == StatusReason.BadRequest)
        {
            throw Unfit(tree, e.Message);
        }

        if (unknown.Count == 0 && findings.Count == 0)
            return;
        IReadOnlyList<string> all = [.. findings, .. StructureCheck.Findings(unknown, [])];
        if (request.Options.FieldValidation == FieldValidation.Strict)
            throw Unfit(tree, $"strict decoding error: {string.Join(", ", all)}");
        Warn(request, all);
    }

    private static void Warn(ApiRequest request, IReadOnlyList<string> findings)
    {
        if (request.Options.FieldValidation == FieldValidation.Warn)
            foreach (var finding in findings)
                request.Warn(finding);
    }

    private static ApiException Unfit(JsonObject patched, string why) =>
        InvalidObject.Of("", "", "", [FieldError.Invalid(new FieldPath("patch"), Encoding.UTF8.GetString(JsonTree.Write(patched)), why)]);
}
