using LiteKube.Api;

namespace LiteKube.ApiServer.Verbs;

internal enum ObjectEventType
{
    Added,
    Modified,
    Deleted,
    Bookmark,

    /// <summary>The bookmark that closes the initial list of a streaming list.</summary>
    InitialEventsEnd,
}

internal readonly record struct ObjectEvent(ObjectEventType Type, KubeObject Object);
