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
