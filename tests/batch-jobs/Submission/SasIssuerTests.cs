using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using DurableMl.BatchJobs.Submission;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;

namespace BatchJobs.Tests.Submission;

[TestClass]
public sealed class SasIssuerTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider time = new(Now);

    // A client without an account key, as with DefaultAzureCredential.
    private readonly BlobServiceClient blobs = Substitute.For<BlobServiceClient>();
    private readonly SasIssuer issuer;

    public SasIssuerTests()
    {
        blobs.Uri.Returns(new Uri("https://account.blob.core.windows.net"));
        blobs.GetUserDelegationKeyAsync(default, default, default).ReturnsForAnyArgs(call => Response.FromValue(
            BlobsModelFactory.UserDelegationKey("object", "tenant", "b", "2021-12-02", "c2VjcmV0", call.ArgAt<DateTimeOffset>(1), Now),
            Substitute.For<Response>()));
        issuer = new SasIssuer(blobs, time);
    }

    public required TestContext TestContext { get; set; }

    private Task<Uri> ContainerAsync(TimeSpan lifetime) =>
        issuer.ContainerAsync(new BlobContainerClient(new Uri("https://account.blob.core.windows.net/trials-a")), BlobContainerSasPermissions.Read | BlobContainerSasPermissions.Write, lifetime, TestContext.CancellationToken);

    [TestMethod]
    public async Task Without_an_account_key_a_user_delegation_key_signs()
    {
        var uri = await ContainerAsync(TimeSpan.FromHours(2));
        foreach (var part in new[] { "skoid=object", "sktid=tenant", "sr=c", "sp=rw", "spr=https", "se=2030-01-01T02", "sig=" })
        {
            StringAssert.Contains(uri.Query, part);
        }
    }

    [TestMethod]
    public async Task Tasks_share_a_delegation_key_until_it_is_too_old_for_what_is_asked()
    {
        await ContainerAsync(TimeSpan.FromHours(2));
        time.Advance(TimeSpan.FromHours(1));
        await ContainerAsync(TimeSpan.FromHours(2));
        await blobs.ReceivedWithAnyArgs(1).GetUserDelegationKeyAsync(default, default, default);
        time.Advance(TimeSpan.FromHours(2));
        await ContainerAsync(TimeSpan.FromHours(2));
        await blobs.ReceivedWithAnyArgs(2).GetUserDelegationKeyAsync(default, default, default);
    }

    [TestMethod]
    public async Task A_single_blob_is_signed_for_reading_only()
    {
        var blob = new BlobClient(new Uri("https://account.blob.core.windows.net/runs/run/code/runner/runner.py"));
        var uri = await issuer.BlobAsync(blob, BlobSasPermissions.Read, TimeSpan.FromHours(1), TestContext.CancellationToken);
        StringAssert.Contains(uri.Query, "sr=b");
        StringAssert.Contains(uri.Query, "sp=r&");
    }

    [TestMethod]
    public async Task No_signature_is_asked_to_outlive_the_key_that_azure_gives_for_seven_days()
    {
        var uri = await ContainerAsync(TimeSpan.FromDays(30));
        StringAssert.Contains(uri.Query, "se=2030-01-07T23");
        await blobs.Received().GetUserDelegationKeyAsync(null, Arg.Is<DateTimeOffset>(until => until <= Now.AddDays(7)), Arg.Any<CancellationToken>());
    }
}
