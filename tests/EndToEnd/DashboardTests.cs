using System.Net;
using System.Net.NetworkInformation;
using DurableMl.Cli.Hosting;
using EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace EndToEnd.Tests;

/// <summary><c>up --dashboard</c>, looked at with a browser.</summary>
[TestClass]
public sealed class DashboardTests
{
    private const string Folder = "mnist-dashboard";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task A_run_is_found_by_its_id_by_who_has_the_token_and_nothing_is_left_after_up()
    {
        await using Browser browser = await Browser.StartAsync();
        using var state = new TemporaryFolder();
        Uri login;
        await using (Up up = await Up.StartAsync(state.Path, "--dashboard"))
        {
            // It writes down that it is ready before it says so.
            string said = await Eventually.GetAsync(
                () => Task.FromResult(up.Output.Split('\n').SingleOrDefault(line => line.StartsWith("Dashboard   http", StringComparison.Ordinal))),
                "up says where its dashboard is", () => up.Output);
            login = new Uri(said["Dashboard".Length..].Trim());
            await NobodyElseGetsInAsync(login);
            await SmallMnist.UploadAsync(up.Blobs, Folder, trainImages: 500);
            string id = await up.Pipelines.StartAsync(SmallPipeline.Json(Folder, trials: 2, budget: 1, learningRates: [0.002, 0.003]), Folder, CancellationToken.None);
            await up.EndAsync(id);
            await RunIsFoundAsync(await browser.OpenAsync(login.ToString()), login, id);
            await ReportIsShownAsync(browser, up, id);
        }

        Assert.IsEmpty(Listeners(login.Port));
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(Path.Combine(state.Path, "dashboard"), "*.db", SearchOption.AllDirectories), "its database is gone");
    }

    private static async Task NobodyElseGetsInAsync(Uri login)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using HttpResponseMessage answer = await http.GetAsync(new Uri(login, "/traces"));
        Assert.AreEqual(HttpStatusCode.Redirect, answer.StatusCode);
        StringAssert.Contains(answer.Headers.Location!.ToString(), "/login");
        CollectionAssert.AreEqual(new[] { IPAddress.Loopback }, Listeners(login.Port));
    }

    private async Task RunIsFoundAsync(IPage page, Uri login, string id)
    {
        await page.WaitForURLAsync(url => !url.Contains("/login", StringComparison.Ordinal));

        await page.GotoAsync(new Uri(login, $"/traces?filters=durabletask.task.instance_id%3Aequals%3A{id}").ToString());
        await page.GetByText("Showing 1 trace").WaitForAsync();
        await page.GetByText("POST api/pipelines").First.ClickAsync();
        await page.GetByText("Trace detail").WaitForAsync();
        await page.Locator("fluent-text-input input").First.FillAsync("trial-001");

        // The first rows alone are there, the others as one scrolls: the run, its sweep, the trial, and the task's submission.
        foreach (string span in new[] { "orchestration:PipelineOrchestrator", "orchestration:SweepOrchestrator", "orchestration:TrialOrchestrator", "activity:SubmitTrial" })
        {
            await page.GetByText(span).First.WaitForAsync();
        }

        await page.GetByText("activity:RecordRun").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        await ScreenshotAsync(page);

        await page.GotoAsync(new Uri(login, "/structuredlogs?filters=durableml.trial.id%3Aequals%3Atrial-001").ToString());
        await page.GetByText("Attempt 1 ended: Succeeded").First.WaitForAsync();
    }

    /// <summary>The sweep's report, by the address that the run's status gives.</summary>
    private async Task ReportIsShownAsync(Browser browser, Up up, string id)
    {
        string key = up.Http.DefaultRequestHeaders.GetValues(HostKey.Header).Single();
        string report = (await up.Pipelines.GetAsync(id, CancellationToken.None))!.SweepReport!;
        IPage page = await browser.OpenAsync(new Uri(up.Http.BaseAddress!, $"{report}?code={key}").ToString());

        await page.GetByText($"Sweep of {id}").First.WaitForAsync();
        await page.GetByText("Learning curves").WaitForAsync();
        Assert.AreEqual("1200px", await page.EvaluateAsync<string>("getComputedStyle(document.body).maxWidth"), "the policy lets the page's own style in");
        Assert.AreEqual(2, await page.Locator("section", new() { HasText = "Learning curves" }).Locator("polyline").CountAsync());
        await ScreenshotAsync(page, "sweep-report.png");
    }

    private static IPAddress[] Listeners(int port) =>
        [.. IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(listener => listener.Port == port).Select(listener => listener.Address)];

    /// <summary>What docs/images/dashboard.png shows.</summary>
    private async Task ScreenshotAsync(IPage page, string name = "dashboard.png")
    {
        string path = Path.Combine(TestContext.TestRunResultsDirectory!, name);
        await page.ScreenshotAsync(new() { Path = path });
        TestContext.AddResultFile(path);
    }
}
