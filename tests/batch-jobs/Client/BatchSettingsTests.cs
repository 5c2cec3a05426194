using DurableMl.BatchJobs.Client;

namespace BatchJobs.Tests.Client;

[TestClass]
public sealed class BatchSettingsTests
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal)
    {
        ["Batch__AccountUrl"] = "https://account.region.batch.azure.com",
        ["Batch__PoolId"] = "spot",
    };

    private BatchSettings Read() => BatchSettings.From(name => values.GetValueOrDefault(name));

    [TestMethod]
    public void Without_a_key_the_account_is_entered_with_an_identity()
    {
        var settings = Read();
        Assert.IsNull(settings.AccountKey);
        Assert.AreEqual("spot", settings.PoolId);
        Assert.IsNotNull(BatchClientFactory.Create(settings));
    }

    [TestMethod]
    public void With_a_key_the_accounts_name_is_needed_too()
    {
        values["Batch__AccountKey"] = "c2VjcmV0";
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(Read).Message, "Batch__AccountName");
        values["Batch__AccountName"] = "account";
        Assert.IsNotNull(BatchClientFactory.Create(Read()));
    }

    [TestMethod]
    public void A_job_s_own_image_is_set_under_its_name_with_underscores()
    {
        values["Batch__ContainerImages__model_import"] = "registry/import:2";
        var settings = BatchSettings.From(name => values.GetValueOrDefault(name), "model-import", "image-classifier");

        Assert.AreEqual("registry/import:2", settings.ContainerImages["model-import"]);
        Assert.HasCount(1, settings.ContainerImages);
    }

    [TestMethod]
    [DataRow("Batch__AccountUrl", "")]
    [DataRow("Batch__AccountUrl", "account")]
    [DataRow("Batch__AccountUrl", "ftp://account")]
    [DataRow("Batch__PoolId", "")]
    [DataRow("Batch__Threads", "0")]
    [DataRow("Batch__Threads", "many")]
    public void A_setting_that_is_missing_or_malformed_is_named(string name, string value)
    {
        values[name] = value;
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(Read).Message, name);
    }
}
