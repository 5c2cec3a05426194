using EndToEnd.Tests.Fixtures;
using Microsoft.Playwright;

namespace EndToEnd.Tests;

/// <summary><c>up --dashboard</c>, looked at with a browser.</summary>
[TestClass]
public sealed class DashboardTests
{
    private const string Folder = "mnist-dashboard";

    [TestMethod]
    public async Task A_run_is_found_in_the_dashboard_by_its_id_with_its_trials_under_it()
    {
        await using Browser browser = await Browser.StartAsync();
        using var state = new TemporaryFolder();
        await using Up up = await Up.StartAsync(state.Path, "--dashboard");
        string login = up.Output.Split('\n').Single(line => line.StartsWith("Dashboard   http", StringComparison.Ordinal)).Split("   ")[1].Trim();
        await SmallMnist.UploadAsync(up.Blobs, Folder, trainImages: 500);
        string id = await up.Pipelines.StartAsync(SmallPipeline.Json(Folder, trials: 2, budget: 1, learningRates: [0.002, 0.003]), Folder, CancellationToken.None);
        await up.EndAsync(id);

        IPage page = await browser.OpenAsync(login);
        await page.WaitForTimeoutAsync(2000);
        await page.GotoAsync(new Uri(new Uri(login), "/traces").ToString());
        await page.WaitForTimeoutAsync(3000);
        await page.Locator("fluent-text-input input").First.FillAsync(id);
        await page.WaitForTimeoutAsync(4000);
        await page.ScreenshotAsync(new() { Path = "/tmp/wtaz/shot1.png" });
        await page.GotoAsync(new Uri(new Uri(login), $"/traces?filters=durabletask.task.instance_id%3Aequals%3A{id}").ToString());
        await page.WaitForTimeoutAsync(4000);
        File.WriteAllText("/tmp/wtaz/page.html", await page.ContentAsync());
        await page.GetByText("POST api/pipelines").First.ClickAsync();
        await page.WaitForTimeoutAsync(4000);
        await page.ScreenshotAsync(new() { Path = "/tmp/wtaz/shot2.png" });
        await page.Locator("fluent-text-input input").First.FillAsync("trial-001");
        await page.WaitForTimeoutAsync(4000);
        await page.ScreenshotAsync(new() { Path = "/tmp/wtaz/shot3.png" });
        File.WriteAllText("/tmp/wtaz/page2.html", await page.ContentAsync());
        await page.GotoAsync(new Uri(new Uri(login), "/structuredlogs").ToString());
        await page.WaitForTimeoutAsync(3000);
        await page.Locator("fluent-text-input input").First.FillAsync("trial-001");
        await page.WaitForTimeoutAsync(3000);
        await page.ScreenshotAsync(new() { Path = "/tmp/wtaz/shot4.png" });
    }
}
