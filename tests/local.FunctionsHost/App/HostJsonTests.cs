using DurableMl.FunctionsHost.App;
using Microsoft.Extensions.Logging;

namespace FunctionsHost.Tests.App;

[TestClass]
public sealed class HostJsonTests
{
    [TestMethod]
    public void The_least_file_has_the_defaults_of_the_Functions_host()
    {
        var host = Read("""{"version": "2.0"}""");
        Assert.AreEqual("api", host.RoutePrefix);
        Assert.AreEqual(TimeSpan.FromMinutes(30), host.FunctionTimeout);
        Assert.AreEqual(0, host.LogLevels.Count);
    }

    [TestMethod]
    public void Comments_and_trailing_commas_are_allowed_and_sections_become_settings()
    {
        var host = Read("""
            {
              "version": "2.0", // a comment
              "functionTimeout": "-1",
              "logging": { "logLevel": { "default": "Warning", "Function.Mine": "Debug" } },
              "extensions": { "http": { "routePrefix": "" }, "queues": { "batchSize": 4 }, "list": [ "a", true ] },
            }
            """);
        Assert.AreEqual("", host.RoutePrefix);
        Assert.IsNull(host.FunctionTimeout);
        Assert.AreEqual(LogLevel.Debug, host.LogLevels["function.mine"]);
        Assert.AreEqual("4", host.Settings["AzureFunctionsJobHost:extensions:queues:batchSize"]);
        Assert.AreEqual("true", host.Settings["AzureFunctionsJobHost:extensions:list:1"]);
    }

    [TestMethod]
    public void A_setting_replaces_the_files_and_the_last_one_wins_but_not_for_the_route_prefix()
    {
        var host = Read(
            """{"version": "2.0", "functionTimeout": "00:01:00"}""",
            ("AzureFunctionsJobHost__functionTimeout", "00:02:00"),
            ("AzureFunctionsJobHost__functionTimeout", "00:03:00"),
            ("AzureFunctionsJobHost__logging__logLevel__default", "Error"),
            ("AzureFunctionsJobHost__extensions__http__routePrefix", "other"),
            ("Unrelated", "x"));
        Assert.AreEqual(TimeSpan.FromMinutes(3), host.FunctionTimeout);
        Assert.AreEqual(LogLevel.Error, host.LogLevels["default"]);
        Assert.AreEqual("api", host.RoutePrefix);
    }

    [TestMethod]
    [DataRow("""{"version": "2.0", "functionTimeout": "-00:01:00"}""", "'functionTimeout' is '-00:01:00'")]
    [DataRow("""{"version": "2.0", "logging": {"logLevel": {"Function": "Loud"}}}""", "'logging.logLevel.Function' is 'Loud'")]
    [DataRow("""{"version": 2.0}""", "'version' must be \"2.0\"")]
    [DataRow("[]", "a JSON object")]
    public void What_is_wrong_is_named(string content, string reason) =>
        StringAssert.Contains(Assert.ThrowsExactly<AppFileException>(() => Read(content)).Message, reason);

    private static HostJson Read(string content, params (string Name, string Value)[] settings)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["host.json"], content);
        return HostJson.Read(folder["host.json"], settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
    }
}
