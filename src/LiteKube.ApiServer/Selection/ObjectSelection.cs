using LiteKube.Api;
using LiteKube.Api.Selectors;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.Selection;

/// <summary>The label and field selectors of one request.</summary>
internal sealed class ObjectSelection(LabelMatcher labels, FieldMatcher fields)
{
    public static readonly ObjectSelection Everything = new(LabelMatcher.Everything, FieldMatcher.Everything);

    public bool IsEverything { get; } = labels.IsEverything && fields.IsEverything;

    /// <summary>The only name that can match, so that the list is one read.</summary>
    public string? ExactName => fields.ExactName;

    public string? ExactNamespace => fields.ExactNamespace;

    public static ObjectSelection Of(ServedResource resource, RequestOptions options) =>
        string.IsNullOrEmpty(options.LabelSelector) && string.IsNullOrEmpty(options.FieldSelector)
            ? Everything
            : new ObjectSelection(LabelMatcher.Parse(options.LabelSelector), FieldMatcher.Parse(options.FieldSelector, resource.Schema));

    public bool Matches(KubeObject value) => IsEverything || (labels.Matches(value.Header.Labels) && fields.Matches(value));
}
