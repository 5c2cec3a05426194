using Spectre.Console;

namespace DurableMl.Cli.Progress;

/// <summary>The terminal, or the file or pipe that stands in for it.</summary>
internal static class Terminal
{
    private const int PipedWidth = 160;

    /// <summary>A console that writes no colours into a file, and lines there that are long enough to search.</summary>
    public static IAnsiConsole Open()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = PipedWidth;
        return console;
    }
}
