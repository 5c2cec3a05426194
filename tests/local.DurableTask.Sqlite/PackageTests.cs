using System.Diagnostics;
using System.Text.Json;

namespace DurableTask.Sqlite.Tests;

[TestClass]
public sealed class PackageTests
{
    private static readonly string[] Packages = ["DurableTask.Sqlite", "DurableTask.Sqlite.AzureFunctions", "Functions.Worker.Extensions.DurableTask.Sqlite"];

    [TestMethod]
    public async Task A_fresh_app_that_takes_the_worker_package_has_the_provider_among_its_extensions()
    {
        using var folder = new TemporaryFolder();

        // A version of its own: NuGet keeps what it has restored once.
        var version = $"1.0.0-test{Guid.NewGuid():N}";
        try
        {
            foreach (var project in new[] { "Core", "AzureFunctions", "WorkerExtension" })
            {
                await DotnetAsync(
                    Path.Combine(Repository.Root, "local", "DurableTask.Sqlite"),
                    // The analyzers have had their say in the build.
                    ["pack", project, "-c", "Release", $"-p:Version={version}", $"-p:BaseOutputPath={folder["bin"]}/{project}/", "-p:RunAnalyzers=false", "-o", folder["feed"], "-nodeReuse:false"]);
            }

            WriteApp(folder, version);
            await DotnetAsync(folder["app"], ["build", "-nodeReuse:false"]);

            using var extensions = JsonDocument.Parse(await File.ReadAllTextAsync(folder["app/bin/Debug/net10.0/extensions.json"]));
            var provider = extensions.RootElement.GetProperty("extensions").EnumerateArray()
                .Single(extension => extension.GetProperty("name").GetString() == "DurableTask.Sqlite");
            StringAssert.StartsWith(provider.GetProperty("typeName").GetString(), "DurableTask.Sqlite.AzureFunctions.SqliteDurabilityStartup, DurableTask.Sqlite.AzureFunctions");
            Assert.IsTrue(File.Exists(folder["app/bin/Debug/net10.0/.azurefunctions/DurableTask.Sqlite.AzureFunctions.dll"]));
            Assert.IsTrue(File.Exists(folder["app/bin/Debug/net10.0/.azurefunctions/DurableTask.Sqlite.dll"]));
        }
        finally
        {
            DeleteRestored(version);
        }
    }

    private static void WriteApp(TemporaryFolder folder, string version)
    {
        Directory.CreateDirectory(folder["app"]);
        File.WriteAllText(folder["app/nuget.config"], """<configuration><packageSources><add key="made-here" value="../feed" /></packageSources></configuration>""");
        File.WriteAllText(folder["app/app.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <AzureFunctionsVersion>v4</AzureFunctionsVersion>
                <OutputType>Exe</OutputType>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.Azure.Functions.Worker" Version="2.52.0" />
                <PackageReference Include="Microsoft.Azure.Functions.Worker.Sdk" Version="2.1.0" />
                <PackageReference Include="Microsoft.Azure.Functions.Worker.Extensions.DurableTask" Version="1.21.1" />
                <PackageReference Include="Functions.Worker.Extensions.DurableTask.Sqlite" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(folder["app/Program.cs"], """
            using Microsoft.Azure.Functions.Worker;
            using Microsoft.DurableTask;
            using Microsoft.Extensions.Hosting;

            new HostBuilder().ConfigureFunctionsWorkerDefaults().Build().Run();

            static class Functions
            {
                [Function(nameof(Echo))]
                public static string Echo([OrchestrationTrigger] TaskOrchestrationContext context) => "echo";
            }
            """);
    }

    private static async Task DotnetAsync(string folder, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };

        // Not those of the test run, which would change how this one builds.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WaitAsync(Patience.Limit);
        await process.WaitForExitAsync();
        Assert.AreEqual(0, process.ExitCode, $"dotnet {string.Join(' ', arguments)}: {string.Concat(output)}");
    }

    private static void DeleteRestored(string version)
    {
        var root = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in Packages)
        {
            var restored = Path.Combine(root, package.ToLowerInvariant(), version);
            if (Directory.Exists(restored))
            {
                Directory.Delete(restored, recursive: true);
            }
        }
    }
}
