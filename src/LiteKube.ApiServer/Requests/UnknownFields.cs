using System.Text.Json.Nodes;
using LiteKube.Api.Schema;
using LiteKube.Api.Structure;

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
        switch (request.Options.FieldValidation)
        {
            case FieldValidation.Strict:
                throw StructureCheck.Strict(kind, findings);
            case FieldValidation.Warn:
                foreach (var finding in findings)
                    request.Warn(finding);
                break;
        }
    }
}
