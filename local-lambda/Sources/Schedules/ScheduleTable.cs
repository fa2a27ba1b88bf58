namespace Roost.LocalLambda.Sources.Schedules;

/// <summary>The durable state of schedules, a row each, written when one runs and at no other time.</summary>
internal sealed class ScheduleTable(SourceStore store)
{
    /// <returns>Null for a rule that is not known with this expression.</returns>
    public ScheduleState? Find(string rule, string expression)
    {
        var rows = store.Read(
            "SELECT anchor, last FROM schedules WHERE rule = $rule AND expression = $expression",
            row => new ScheduleState(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))),
            ("$rule", rule), ("$expression", expression));
        return rows.Count == 0 ? null : rows[0];
    }

    public Task WriteAsync(string rule, string expression, ScheduleState state) => store.WriteAsync(
        """
        INSERT INTO schedules VALUES($rule, $expression, $anchor, $last)
        ON CONFLICT(rule) DO UPDATE SET expression = excluded.expression, anchor = excluded.anchor, last = excluded.last
        """,
        ("$rule", rule), ("$expression", expression), ("$anchor", state.Anchor.ToUnixTimeMilliseconds()), ("$last", state.Last.ToUnixTimeMilliseconds()));

    public Task DeleteAsync(string rule) => store.WriteAsync("DELETE FROM schedules WHERE rule = $rule", ("$rule", rule));
}
