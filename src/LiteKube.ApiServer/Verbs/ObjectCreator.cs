using System.Text.Json.Nodes;
using LiteKube.Admission;
using LiteKube.Api;
using LiteKube.Api.Codecs;
using LiteKube.ApiServer.Fields;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Storage;

namespace LiteKube.ApiServer.Verbs;

internal sealed class ObjectCreator(ObjectStorage storage, Admitter admitter, ObjectRules rules, FieldTracker fields, TimeProvider time)
{
    /// <summary>How often another name is made up where the first is taken.</summary>
    private const int NameAttempts = 8;

    /// <param name="body">In the version served; becomes the object.</param>
    public async ValueTask<ObjectResult> CreateAsync(ApiRequest request, JsonObject body, CancellationToken cancellationToken)
    {
        var resource = request.Resource;
        resource.Conversion?.ToStorage(body);
        var given = FieldTracker.Take(body);
        var generated = SystemMetadata.FillForCreate(request, body, time.GetUtcNow());
        rules.Default(resource.Storage, body);
        var managed = fields.Created(request, body, given);

        var admission = admitter.For(request, AdmissionOperation.Create, body, null);
        await admitter.MutateAsync(admission, cancellationToken);
        var created = admission.Object!;
        FieldTracker.Take(created);
        rules.Default(resource.Storage, created);
        resource.Strategy.PrepareForCreate(request, created);
        rules.DefaultCreated(resource.Storage, created);
        rules.ValidateCreate(request, created);
        await admitter.ValidateAsync(request, admission, cancellationToken);

        using var reservation = await resource.Strategy.ReserveAsync(request, created, null, cancellationToken);
        FieldTracker.Put(created, managed);
        var metadata = created.Object("metadata")!;
        if (request.Options.DryRun)
            return await DryRunAsync(request, created, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var name = metadata.String("name")!;
            if (await storage.PutAsync(resource, resource.KeyOf(request.Namespace, name), await resource.EncodeAsync(created, cancellationToken), 0, cancellationToken) is { } stored)
            {
                if (reservation is not null)
                    await reservation.CommitAsync();
                await resource.Strategy.WrittenAsync(stored.Revision, cancellationToken);
                return new ObjectResult(stored.As(resource), resource, 201);
            }

            if (!generated || attempt == NameAttempts)
                throw ApiException.AlreadyExists(resource.Type, name);
            metadata["name"] = SystemMetadata.GenerateName(metadata.String("generateName")!);
        }
    }

    private async ValueTask<ObjectResult> DryRunAsync(ApiRequest request, JsonObject created, CancellationToken cancellationToken)
    {
        var resource = request.Resource;
        var name = created.Object("metadata").String("name")!;
        if (await storage.GetAsync(resource, request.Namespace, name, cancellationToken) is not null)
            throw ApiException.AlreadyExists(resource.Type, name);
        resource.Conversion?.ToServed(created);
        return new ObjectResult(new KubeObject(ObjectJson.Encode(created)), resource, 201);
    }
}
