namespace LiteKube.Api.OpenApi.Gnostic;

/// <summary>How a member of the JSON document is written.</summary>
internal enum GnosticForm
{
    Text,
    Texts,
    Integer,
    Number,
    Flag,

    /// <summary>Any JSON, as text within a message.</summary>
    Any,
    Anys,

    /// <summary>A number, a boolean or text within a message that has a field for each, and nothing in it for any other value.</summary>
    Scalar,
    Message,
    Messages,

    /// <summary>An object whose members are messages: a message of pairs of name and value.</summary>
    Map,

    /// <summary>Text, or an array of it, within a message of its own.</summary>
    TextList,

    /// <summary>An object of arrays of text.</summary>
    TextLists,
}
