using LiteKube.Api;
using LiteKube.ApiServer.Requests;

namespace LiteKube.ApiServer.Verbs;

/// <summary>Deletes what a list shows, a few at a time, so that group commit has something to gather.</summary>
internal sealed class CollectionDeleter(ListSnapshot lists, ObjectDeleter deleter)
{
    private const int AtOnce = 16;

    public async ValueTask<ListResult> DeleteAsync(ApiRequest request, DeleteOptions options, CancellationToken cancellationToken)
    {
        var list = await lists.ReadAsync(request.Resource, request.Namespace, request.Options, cancellationToken);
        var perItem = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(list.Items, perItem, async (item, token) =>
        {
            var one = new ApiRequest
            {
                User = request.User, Verb = "delete", Resource = request.Resource, Namespace = item.Header.Namespace, Name = item.Header.Name, Options = request.Options,
            };
            try
            {
                await deleter.DeleteAsync(one, options, token);
            }
            catch (ApiException e) when (e.Reason == StatusReason.NotFound)
            {
                // Somebody else was faster; gone is what was asked for.
            }
        });
        return list;
    }
}
