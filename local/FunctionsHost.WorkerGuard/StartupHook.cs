using System;
using System.Diagnostics;
using System.IO;
using System.Threading;

/// <summary>
/// Ends the worker when its host is gone, however the host ended: the kernel then closes the pipe on the worker's standard input.
/// The .NET runtime calls it before <c>Main</c> because DOTNET_STARTUP_HOOKS names this assembly; it asks for this type's name, without a namespace.
/// </summary>
internal static class StartupHook
{
    /// <summary>Called once by the runtime.</summary>
    public static void Initialize()
    {
        // Programs that the app starts must not be guarded: their standard input is the app's business.
        Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", Environment.GetEnvironmentVariable("FUNCTIONS_HOST_PREVIOUS_STARTUP_HOOKS"));
        Environment.SetEnvironmentVariable("FUNCTIONS_HOST_PREVIOUS_STARTUP_HOOKS", null);
        new Thread(EndWithTheHost) { IsBackground = true, Name = "Functions host guard" }.Start();
    }

    private static void EndWithTheHost()
    {
        using (Stream input = Console.OpenStandardInput())
        {
            var buffer = new byte[256];
            while (input.Read(buffer, 0, buffer.Length) > 0)
            {
            }
        }

        using (Process self = Process.GetCurrentProcess())
        {
            self.Kill();
        }
    }
}
