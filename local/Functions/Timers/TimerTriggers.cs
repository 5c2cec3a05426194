using DurableMl.Local.Functions.Invocation;

namespace DurableMl.Local.Functions.Timers;

/// <summary>Registers timer triggers.</summary>
internal static class TimerTriggers
{
    public static void Add(IServiceCollection services, FunctionCatalog catalog)
    {
        if (catalog.With<TimerTriggerAttribute>().Any())
        {
            services.AddSingleton<IManualTrigger, TimerManualTrigger>();
            services.AddSingleton<ScheduleMonitor>();
            services.AddHostedService<TimerTriggerListener>();
        }
    }
}
