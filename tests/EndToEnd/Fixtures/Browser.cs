using Microsoft.Playwright;

namespace EndToEnd.Tests.Fixtures;

/// <summary>Debian's chromium, without a window.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    /// <summary>Starts it; the test is skipped where it is not installed, which only root can do.</summary>
    public static async Task<Browser> StartAsync()
    {
        if (!File.Exists(Program))
        {
            Assert.Inconclusive($"There is no {Program}. `./durableml test` installs it (apt: chromium) where it is run by root.");
        }

        IPlaywright playwright = await Playwright.CreateAsync();
        // Root has no sandbox to give; the only pages that are opened are this machine's own.
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox"] }));
    }

    /// <summary>Opens a page of the size of a laptop's screen.</summary>
    public async Task<IPage> OpenAsync(string url)
    {
        IPage page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1280, Height = 800 }, ReducedMotion = ReducedMotion.Reduce });
        page.SetDefaultTimeout((float)Patience.Limit.TotalMilliseconds);
        await page.GotoAsync(url);
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
