using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Inference.Tests.Conformance;

/// <summary>A C locale that ONNX Runtime's StringNormalizer asks for by name, made for this process where the machine lacks it.</summary>
internal sealed partial class NativeLocale : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Compiles the locale if the machine has its sources; models that need it are refused otherwise.</summary>
    public static NativeLocale Provide(string name)
    {
        var locale = new NativeLocale();
        string language = name.Split('.')[0];
        if (OperatingSystem.IsLinux() && File.Exists($"/usr/share/i18n/locales/{language}") && File.Exists("/usr/bin/localedef"))
        {
            using Process compile = Process.Start("/usr/bin/localedef", ["-i", language, "-f", name.Split('.')[1], locale.folder[name]]);
            compile.WaitForExit();
            if (compile.ExitCode == 0)
            {
                // glibc looks there each time; .NET's own variables do not reach it.
                _ = SetVariable("LOCPATH", locale.folder.Path, 0);
            }
        }

        return locale;
    }

    public void Dispose() => folder.Dispose();

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
