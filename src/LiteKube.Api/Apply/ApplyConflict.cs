using System.Text;
using LiteKube.Api.Meta.V1;

namespace LiteKube.Api.Apply;

/// <summary>The 409 of an apply that would change what others own.</summary>
internal static class ApplyConflict
{
    public static ApiException Of(IEnumerable<FieldOwner> owners)
    {
        var conflicts = new List<(FieldOwner Owner, string[] Paths)>();
        foreach (var owner in owners.OrderBy(o => o.Manager, StringComparer.Ordinal).ThenBy(o => o.Applies).ThenBy(o => o.ApiVersion, StringComparer.Ordinal).ThenBy(o => o.Subresource, StringComparer.Ordinal))
            conflicts.Add((owner, [.. owner.Fields.Paths()]));
        var causes = new List<StatusCause>();
        foreach (var (owner, paths) in conflicts)
            foreach (var path in paths)
                causes.Add(new StatusCause { Reason = "FieldManagerConflict", Message = $"conflict with {NameOf(owner)}", Field = path });
        return new ApiException(StatusReason.Conflict, Message(conflicts, causes.Count), new StatusDetails { Causes = causes });
    }

    private static string Message(List<(FieldOwner Owner, string[] Paths)> conflicts, int count)
    {
        if (count == 1)
            return $"Apply failed with 1 conflict: conflict with {NameOf(conflicts[0].Owner)}: {conflicts[0].Paths[0]}";
        var text = new StringBuilder($"Apply failed with {count} conflicts: ");
        var separator = "";
        foreach (var (owner, paths) in conflicts)
        {
            text.Append(separator).Append($"conflicts with {NameOf(owner)}:");
            foreach (var path in paths)
                text.Append("\n- ").Append(path);
            separator = "\n";
        }

        return text.ToString();
    }

    private static string NameOf(FieldOwner owner)
    {
        var name = $"\"{owner.Manager}\"";
        if (owner.Subresource.Length > 0)
            name += $" with subresource \"{owner.Subresource}\"";
        return owner.Applies ? name : $"{name} using {owner.ApiVersion}";
    }
}
