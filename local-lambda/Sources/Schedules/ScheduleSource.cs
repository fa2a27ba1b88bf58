namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>Calls one function by one schedule.</summary>
internal sealed class ScheduleSource(string function, string rule, ScheduleTrigger trigger, Scheduler scheduler) : IEventSource
{
    private ScheduleEntry? _entry;

    public async Task StartAsync() => _entry = await scheduler.AddAsync(function, rule, trigger);

    public async ValueTask DisposeAsync()
    {
        if (_entry is not null)
        {
            await scheduler.RemoveAsync(_entry);
        }
    }
}
