using System.Net;

namespace FunctionsHost.Tests.App;

/// <summary>What the host makes of an app that is wrong, in part or as a whole.</summary>
[TestClass]
public sealed class WrongAppTests
{
    [TestMethod]
    public async Task Wrong_functions_are_named_by_function_binding_and_reason_and_the_others_run()
    {
        using var app = new AppCopy();
        app.Write("host.json", """{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}""");
        app.Change("OnText", function => function["bindings"]![0]!["type"] = "kafkaTrigger");
        app.Change("OnOrder", function => function["bindings"]![0]!["queueName"] = "No_Good");
        app.Change("Yearly", function => function["bindings"]![0]!["schedule"] = "every now and then");
        app.Change("Echo", function => function["bindings"]![0]!["route"] = "echo/{id");
        app.Change("Throws", function => function["bindings"]![0]!["route"] = "admin/mine");
        app.Change("Greet", function => function["entryPoint"] = "EveryTrigger.Nowhere.Greet");
        app.Change("Upload", function => function["bindings"]!.AsArray().RemoveAt(0));
        string[] wrong = ["OnText", "OnOrder", "Yearly", "Echo", "Throws", "Greet", "Upload"];
        await using var host = await HostProcess.StartAsync(new HostSettings { App = app.Folder, Only = [.. wrong, "Anonymous", "EverySecond"] });

        var errors = (await host.StatusAsync())["errors"]!.AsArray().Select(error => (string)error!).ToList();
        AssertNamed("OnText", "message", "kafkaTrigger");
        AssertNamed("OnOrder", "order", "No_Good");
        AssertNamed("Yearly", "timer", "every now and then");
        AssertNamed("Echo", "request", "echo/{id");
        AssertNamed("Throws", "request", "admin/mine");
        AssertNamed("Greet", "EntryPoint");
        AssertNamed("Upload", "no trigger");
        Assert.AreEqual(wrong.Length, errors.Count, string.Join('\n', errors));

        Assert.AreEqual("open", (await host.Client.GetStringAsync(new Uri("anonymous", UriKind.Relative))).Trim('"'));
        await host.RecordedAsync("every-second", "late=False");
        using var echo = await host.Client.GetAsync(new Uri("echo/7", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.NotFound, echo.StatusCode);

        void AssertNamed(string function, params string[] parts)
        {
            var error = errors.SingleOrDefault(error => error.StartsWith($"Function '{function}'", StringComparison.Ordinal));
            Assert.IsNotNull(error, $"{function} is not among:\n{string.Join('\n', errors)}\n{host.Log}");
            foreach (var part in parts)
            {
                StringAssert.Contains(error, part, StringComparison.OrdinalIgnoreCase);
            }

            StringAssert.Contains(host.Log, $"'{function}'");
        }
    }

    [TestMethod]
    [DataRow("host.json", """{"version": "2.0",,}""", "host.json")]
    [DataRow("host.json", """{"version": "1.0"}""", "'version'")]
    [DataRow("host.json", """{"version": "2.0", "functionTimeout": "soon"}""", "'functionTimeout'")]
    [DataRow("functions.metadata", null, "functions.metadata")]
    [DataRow("worker.config.json", "{}", "'description'")]
    [DataRow("local.settings.json", """{"IsEncrypted": true, "Values": {}}""", "func settings decrypt")]
    [DataRow("local.settings.json", """{"Values": {"FUNCTIONS_WORKER_RUNTIME": "node"}}""", "'FUNCTIONS_WORKER_RUNTIME'")]
    public async Task A_wrong_file_stops_the_start_with_its_path(string file, string? content, string reason)
    {
        using var app = new AppCopy();
        if (content is null)
        {
            File.Delete(app[file]);
        }
        else
        {
            app.Write(file, content);
        }

        var (exitCode, log) = await HostProcess.RunAsync(new HostSettings { App = app.Folder });
        Assert.AreEqual(1, exitCode, log);
        StringAssert.Contains(log, app[file]);
        StringAssert.Contains(log, reason);
    }

    [TestMethod]
    public async Task An_app_that_cannot_be_started_ends_the_host_with_1()
    {
        using var app = new AppCopy();
        File.Delete(app["EveryTrigger.dll"]);
        var (exitCode, log) = await HostProcess.RunAsync(new HostSettings { App = app.Folder, Only = [] });
        Assert.AreEqual(1, exitCode, log);
        StringAssert.Contains(log, "The app could not be started in 3 attempts");
    }

    [TestMethod]
    public async Task Extensions_of_another_version_than_the_hosts_are_named()
    {
        using var app = new AppCopy();
        // Any other assembly stands for another version.
        File.Copy(app["Azure.Core.dll"], app[".azurefunctions/Microsoft.Azure.WebJobs.Extensions.DurableTask.dll"], overwrite: true);
        await using var host = await HostProcess.StartAsync(new HostSettings { App = app.Folder, Only = ["Anonymous"] });
        await host.LoggedAsync("The app was built with Microsoft.Azure.WebJobs.Extensions.DurableTask 1.");
    }
}
