using System.Text.Json.Nodes;

namespace LiteKube.ApiServer.Resources;

/// <summary>Between two versions of one kind that share a storage. Both directions change the tree they are given and lose nothing the other side can say.</summary>
internal interface IObjectConversion
{
    void ToServed(JsonObject stored);

    void ToStorage(JsonObject served);
}
