using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;

namespace Orchestrations.Tests.Training;

/// <summary>The Batch emulator as a process of its own, so that it can be killed.</summary>
internal sealed class EmulatorProcess(string dataDirectory, params (string Name, string Value)[] settings) : IAsyncDisposable
{
    public const string AccountName = "durableml";
    public const string AccountKey = "b25seSBmb3IgdGVzdHMgb24gbG9vcGJhY2s=";

    private readonly StringBuilder output = new();
    private Process? process;

    public Uri Url { get; } = new($"http://127.0.0.1:{FreePort.Next().ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Starts it, for the first time or again, and returns when it answers.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "DurableMl.Local.BatchEmulator.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (string, string)[] basics =
        [
            ("Url", Url.AbsoluteUri.TrimEnd('/')),
            ("AccountName", AccountName),
            ("AccountKey", AccountKey),
            ("DataDirectory", dataDirectory),
            ("NodeAllocationTime", "00:00:00.010"),
            ("NodeBootTime", "00:00:00.010"),
            ("PreemptedTime", "00:00:00.100"),
            ("PreemptionGrace", "00:00:10"),
            ("ContainerImages__0__Image", "durableml/*"),
            ("ContainerImages__0__Executables__python3", Repository.Python),
        ];
        foreach ((string name, string value) in basics.Concat(settings))
        {
            start.Environment["BatchEmulator__" + name] = value;
        }

        process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.OutputDataReceived += (_, line) => Append(line.Data);
        process.ErrorDataReceived += (_, line) => Append(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient();
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.IsFalse(process.HasExited, $"The emulator ended: {output}");
                try
                {
                    return (await http.GetAsync(new Uri(Url, "health"))).IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the emulator answers");
    }

    /// <summary>Kills the emulator, and nothing else, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process?.Dispose();
        process = null;
    }

    /// <summary>Takes a spot node away, with notice.</summary>
    public async Task PreemptAsync(string pool, string node) => Assert.IsTrue(await TryPreemptAsync(pool, node), $"Node {node} has gone already.");

    /// <summary>Takes a spot node away, with notice; false when it is going or gone.</summary>
    public async Task<bool> TryPreemptAsync(string pool, string node)
    {
        using var http = new HttpClient();
        using HttpResponseMessage response = await http.PostAsync(new Uri(Url, $"admin/pools/{pool}/nodes/{node}/preempt"), content: null);
        Assert.IsTrue((int)response.StatusCode is 202 or 404 or 409, await response.Content.ReadAsStringAsync());
        return (int)response.StatusCode == 202;
    }

    /// <summary>Has something go wrong when it next comes up; the members are those of the emulator's faults.</summary>
    public async Task PlanAsync(object fault)
    {
        using var http = new HttpClient();
        using HttpResponseMessage response = await http.PostAsJsonAsync(new Uri(Url, "admin/faults"), fault);
        Assert.AreEqual(201, (int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private void Append(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }
}
