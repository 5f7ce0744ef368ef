using LiteKube.Api.Certificates.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Controllers.Certificates;
using LiteKube.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Controllers.Tests;

public sealed class CertificateTests
{
    [Fact]
    public async Task A_request_is_taken_through_its_steps_and_deleted_an_hour_later()
    {
        await using var cluster = await StartAsync(new Procedure());
        cluster.Api.Add(new CertificateSigningRequest { Metadata = new ObjectMeta { Name = "node" } });

        var signed = await cluster.UntilAsync<CertificateSigningRequest>(null, "node", r => r.Status.Certificate is { Length: > 0 }, "signed");
        Assert.Equal("Approved", signed.Status.Conditions.Single().Type);
        cluster.Time.Advance(TimeSpan.FromMinutes(59));
        await cluster.SettleAsync();
        Assert.NotNull(cluster.Api.Find<CertificateSigningRequest>(null, "node"));
        await cluster.UntilAsync(
            () =>
            {
                // By the minute, since the controller sets its clock for the deletion at a time of its own.
                cluster.Time.Advance(TimeSpan.FromMinutes(1));
                return cluster.Api.Find<CertificateSigningRequest>(null, "node") is null;
            },
            "deleted");
    }

    [Fact]
    public async Task Without_a_procedure_requests_wait_for_a_human()
    {
        await using var cluster = await StartAsync(null);
        cluster.Api.Add(new CertificateSigningRequest { Metadata = new ObjectMeta { Name = "node" } });

        await cluster.SettleAsync();

        Assert.Empty(cluster.Api.Find<CertificateSigningRequest>(null, "node")!.Status.Conditions);
    }

    private static Task<FakeCluster> StartAsync(ICsrProcedure? procedure) => FakeCluster.StartAsync(s =>
    {
        if (procedure is not null)
            s.AddSingleton(procedure);
        s.AddControllers(new ControllerOptions { RootCertificateAuthority = () => "the CA" });
    });

    private sealed class Procedure : ICsrProcedure
    {
        public ValueTask<CsrWrite?> NextAsync(CertificateSigningRequest request, CancellationToken cancellationToken)
        {
            if (request.Status.Conditions.Count == 0)
                return new(new CsrWrite("approval", request with { Status = request.Status with { Conditions = [new CertificateSigningRequestCondition { Type = "Approved", Status = "True", LastUpdateTime = request.Metadata.CreationTimestamp }] } }));
            return new(request.Status.Certificate is null ? new CsrWrite("status", request with { Status = request.Status with { Certificate = [1, 2, 3] } }) : null);
        }
    }
}
