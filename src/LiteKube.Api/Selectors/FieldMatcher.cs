using System.Text;
using System.Text.Json.Nodes;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Selectors;

/// <summary>A field selector made ready to match objects of one kind. (https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/)</summary>
public sealed class FieldMatcher
{
    private readonly FieldRequirement[] _requirements;

    private FieldMatcher(FieldRequirement[] requirements) => _requirements = requirements;

    public static FieldMatcher Everything { get; } = new([]);

    public IReadOnlyList<FieldRequirement> Requirements => _requirements;

    public bool IsEverything => _requirements.Length == 0;

    /// <summary>The name that an object must have, where the selector asks for exactly one.</summary>
    public string? ExactName => Exact(SelectableField.Name);

    /// <summary>The namespace that an object must be in, where the selector asks for exactly one.</summary>
    public string? ExactNamespace => Exact(SelectableField.Namespace);

    /// <summary>Parses <c>a.b=c,d!=e</c>; commas, equals signs and backslashes in values are escaped with a backslash.</summary>
    /// <exception cref="ApiException">BadRequest: not a selector, or the kind cannot be selected by that field.</exception>
    public static FieldMatcher Parse(string? text, KindSchema kind)
    {
        if (string.IsNullOrEmpty(text))
            return Everything;
        var requirements = new List<FieldRequirement>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '\\')
            {
                i++;
                continue;
            }

            if (i >= text.Length || text[i] == ',')
            {
                if (i > start)
                    requirements.Add(Term(text, text.AsSpan(start, Math.Min(i, text.Length) - start), kind));
                start = i + 1;
            }
        }

        return requirements.Count == 0 ? Everything : new FieldMatcher([.. requirements]);
    }

    public bool Matches(JsonObject tree)
    {
        foreach (var requirement in _requirements)
            if (!requirement.Matches(ValueOf(tree, requirement.Field)))
                return false;
        return true;
    }

    /// <summary>Matches an object without building a tree of it.</summary>
    public bool Matches(KubeObject value)
    {
        foreach (var requirement in _requirements)
        {
            var field = requirement.Field;
            var actual = ReferenceEquals(field, SelectableField.Name) ? value.Header.Name
                : ReferenceEquals(field, SelectableField.Namespace) ? value.Header.Namespace
                : ValueOf(value.Json.Span, field);
            if (!requirement.Matches(actual))
                return false;
        }

        return true;
    }

    public override string ToString() => string.Join<FieldRequirement>(',', _requirements);

    private static string ValueOf(ReadOnlySpan<byte> json, SelectableField field)
    {
        foreach (var path in field.Utf8Paths)
            if (JsonField.Text(json, path) is { Length: > 0 } text)
                return text;
        return field.Absent;
    }

    private static string ValueOf(JsonObject tree, SelectableField field)
    {
        foreach (var path in field.Paths)
        {
            JsonNode? node = tree;
            foreach (var step in path)
                node = node is JsonObject parent && parent.TryGetPropertyValue(step, out var child) ? child : null;
            var text = node is JsonValue value ? value.AsString() ?? value.ToJsonString() : null;
            if (!string.IsNullOrEmpty(text))
                return text;
        }

        return field.Absent;
    }

    private static FieldRequirement Term(string text, ReadOnlySpan<char> term, KindSchema kind)
    {
        var (at, length, negated) = Operator(term);
        if (at < 0)
            throw new ApiException(StatusReason.BadRequest, $"invalid selector: '{text}'; can't understand '{term}'");
        var label = term[..at].ToString();
        var field = kind.SelectableField(label) ?? throw new ApiException(StatusReason.BadRequest, Unsupported(kind, label));
        return new FieldRequirement(field, Unescape(term[(at + length)..]), negated);
    }

    private static (int At, int Length, bool Negated) Operator(ReadOnlySpan<char> term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            if (term[i] == '\\')
                i++;
            else if (term[i] == '!' && i + 1 < term.Length && term[i + 1] == '=')
                return (i, 2, true);
            else if (term[i] == '=')
                return (i, i + 1 < term.Length && term[i + 1] == '=' ? 2 : 1, false);
        }

        return (-1, 0, false);
    }

    private static string Unescape(ReadOnlySpan<char> value)
    {
        if (!value.ContainsAny("\\,="))
            return value.ToString();
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\\')
            {
                if (++i == value.Length || value[i] is not ('\\' or ',' or '='))
                    throw new ApiException(StatusReason.BadRequest, $"invalid field selector: invalid escape sequence: {value[(i - 1)..Math.Min(i + 1, value.Length)]}");
                c = value[i];
            }
            else if (c is ',' or '=')
            {
                throw new ApiException(StatusReason.BadRequest, $"invalid field selector: unescaped character in value: {c}");
            }

            text.Append(c);
        }

        return text.ToString();
    }

    private static string Unsupported(KindSchema kind, string label) => kind.Resource.Group switch
    {
        "apps" or "batch" => $"field label \"{label}\" not supported for {kind.Resource.Kind}",
        _ when kind.SelectableFields.Count > 2 || kind.Custom is not null => $"field label not supported: {label}",
        _ => $"\"{label}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
    };

    private string? Exact(SelectableField field)
    {
        foreach (var requirement in _requirements)
            if (ReferenceEquals(requirement.Field, field) && !requirement.Negated)
                return requirement.Value;
        return null;
    }
}
