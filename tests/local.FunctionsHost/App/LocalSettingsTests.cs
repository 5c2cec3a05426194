using DurableMl.FunctionsHost.App;

namespace FunctionsHost.Tests.App;

[TestClass]
public sealed class LocalSettingsTests
{
    [TestMethod]
    public void Without_a_file_there_are_no_settings()
    {
        using var folder = new TemporaryFolder();
        var settings = LocalSettings.Read(folder["local.settings.json"]);
        Assert.AreEqual(0, settings.Values.Count);
        Assert.IsNull(settings.Port);
        Assert.AreEqual(0, settings.AllowedOrigins.Count);
    }

    [TestMethod]
    public void Values_connection_strings_port_and_origins_are_read()
    {
        var settings = Read("""
            {
              "IsEncrypted": false,
              "Values": { "Name": "text", "Number": 7, "Nothing": null },
              "ConnectionStrings": { "Plain": "a=b", "Typed": { "ConnectionString": "c=d", "ProviderName": "x" } },
              "Host": { "LocalHttpPort": 7072, "CORS": "https://a.example.org/, https://b.example.org", "CORSCredentials": true }
            }
            """);
        Assert.AreEqual("text", settings.Values["NAME"]);
        Assert.AreEqual("7", settings.Values["Number"]);
        Assert.AreEqual("", settings.Values["Nothing"]);
        Assert.AreEqual("a=b", settings.Values["ConnectionStrings:Plain"]);
        Assert.AreEqual("c=d", settings.Values["ConnectionStrings:Typed"]);
        Assert.AreEqual(7072, settings.Port);
        CollectionAssert.AreEqual(new[] { "https://a.example.org", "https://b.example.org" }, settings.AllowedOrigins.ToArray());
        Assert.IsTrue(settings.AllowCredentials);
    }

    [TestMethod]
    [DataRow("""{"Values": {"A": {"B": 1}}}""", "'Values.A' must be a text")]
    [DataRow("""{"Host": {"LocalHttpPort": 70000}}""", "'Host.LocalHttpPort' is '70000'")]
    [DataRow("""{"Host": {"CORS": "*", "CORSCredentials": true}}""", "'Host.CORSCredentials'")]
    [DataRow("""{"IsEncrypted": true}""", "encrypted")]
    public void What_is_wrong_is_named(string content, string reason) =>
        StringAssert.Contains(Assert.ThrowsExactly<AppFileException>(() => Read(content)).Message, reason);

    private static LocalSettings Read(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["local.settings.json"], content);
        return LocalSettings.Read(folder["local.settings.json"]);
    }
}
