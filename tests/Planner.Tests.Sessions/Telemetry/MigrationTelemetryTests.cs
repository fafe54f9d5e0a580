using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Planner.Measurements;
using Planner.Telemetry;
using Xunit;

namespace Planner.Tests.Telemetry;

public sealed class MigrationTelemetryTests : IDisposable
{
    // Other tests may migrate at the same time, and the instruments belong to the process: what is of this test is
    // told apart by its own names.
    private readonly string _own = Guid.NewGuid().ToString("N");
    private readonly List<Activity> _spans = [];
    private readonly List<MetricSnapshot> _metrics = [];
    private readonly TracerProvider _traces;
    private readonly MeterProvider _meters;
    private readonly MigrationTelemetry _telemetry = new();

    public MigrationTelemetryTests()
    {
        _traces = Sdk.CreateTracerProviderBuilder().AddSource(MigrationTelemetry.SourceName).AddInMemoryExporter(_spans).Build();
        _meters = Sdk.CreateMeterProviderBuilder().AddMigrationMetrics().AddInMemoryExporter(_metrics).Build();
    }

    private SessionNotices Notices => new(_own, _own);

    public void Dispose()
    {
        _telemetry.Dispose();
        _traces.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public void A_migration_is_one_span_with_its_own_times()
    {
        Tell(Notices.All());

        var span = Root();
        Assert.Equal(SessionNotices.Noon.UtcDateTime, span.StartTimeUtc);
        Assert.Equal(TimeSpan.FromSeconds(2), span.Duration);
        Assert.Equal("vm1", span.GetTagItem("vm.migration.machine"));
        Assert.Equal("completed", span.GetTagItem("vm.migration.outcome"));
        Assert.Equal(0.12, span.GetTagItem("vm.migration.blackout.duration"));
        Assert.Equal(0.3, span.GetTagItem("vm.migration.blackout.limit"));
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public void Phases_are_children_of_the_migration_and_arcs_and_streams_of_their_phase_where_they_happened()
    {
        Tell(Notices.All());

        var root = Root();
        var phase = Assert.Single(Spans(), s => s.ParentSpanId == root.SpanId);
        Assert.Equal(("phase stop_copy", SessionNotices.Noon.AddSeconds(1).UtcDateTime, TimeSpan.FromSeconds(1)), (phase.DisplayName, phase.StartTimeUtc, phase.Duration));
        Assert.Equal((0.1, 0.25, 0.12), (root.GetTagItem("vm.migration.blackout.predicted"), root.GetTagItem("vm.migration.blackout.bound"), root.GetTagItem("vm.migration.blackout.duration")));
        var children = Spans().Where(s => s.ParentSpanId == phase.SpanId).OrderBy(s => s.StartTimeUtc).ToList();
        Assert.Equal(["arc RUNNING_P2P->STOP", "stream"], children.Select(c => c.DisplayName));
        Assert.All(children, c => Assert.Equal(root.TraceId, c.TraceId));
        Assert.Equal(SessionNotices.Noon.AddMilliseconds(1010).UtcDateTime, children[0].StartTimeUtc);
        Assert.Equal(TimeSpan.FromMilliseconds(40), children[0].Duration);
        Assert.Equal((0.03, 0.04), (children[0].GetTagItem("vm.migration.arc.predicted"), children[0].GetTagItem("vm.migration.arc.duration")));
        Assert.Equal("nic0", children[0].GetTagItem("vm.migration.device"));
        Assert.Equal("source", children[0].GetTagItem("vm.migration.side"));
        Assert.Equal(true, children[0].GetTagItem("vm.migration.in_blackout"));
        Assert.Equal(2_000_000L, children[1].GetTagItem("vm.migration.transfer.bytes"));
        Assert.Equal("stop_copy", children[1].GetTagItem("vm.migration.phase"));
    }

    [Fact]
    public void Decisions_and_phases_are_events_of_the_span()
    {
        Tell(Notices.All());

        var events = Root().Events.ToList();
        Assert.Equal(["decision", "phase"], events.Select(e => e.Name));
        Assert.Contains(new KeyValuePair<string, object?>("vm.migration.verdict", "commit"), events[0].Tags);
        Assert.Contains(new KeyValuePair<string, object?>("vm.migration.blackout.bound", 0.25), events[0].Tags);
    }

    [Theory]
    [InlineData(ArcOutcome.Failed, Errno.EIO, "EIO")]
    [InlineData(ArcOutcome.Unknown, Errno.None, "unknown")]
    public void An_arc_that_failed_is_an_error(ArcOutcome outcome, Errno errno, string error)
    {
        Tell([Notices.Started, Notices.Arc(outcome, errno), Notices.Ended(MigrationOutcome.Recovered)]);

        var arc = Spans().Single(s => s.ParentSpanId == Root().SpanId);
        Assert.Equal(ActivityStatusCode.Error, arc.Status);
        Assert.Equal(error, arc.GetTagItem("error.type"));
    }

    [Theory]
    [InlineData(MigrationOutcome.Completed, ActivityStatusCode.Unset)]
    [InlineData(MigrationOutcome.Stayed, ActivityStatusCode.Unset)]
    [InlineData(MigrationOutcome.CompletedOverLimit, ActivityStatusCode.Error)]
    [InlineData(MigrationOutcome.Recovered, ActivityStatusCode.Error)]
    [InlineData(MigrationOutcome.NeedsPerson, ActivityStatusCode.Error)]
    public void A_broken_promise_and_a_failure_are_errors_and_staying_is_none(MigrationOutcome outcome, ActivityStatusCode status)
    {
        Tell([Notices.Started, Notices.Ended(outcome)]);

        Assert.Equal(status, Root().Status);
    }

    [Fact]
    public void A_session_that_never_said_how_it_ended_is_an_error()
    {
        Tell([Notices.Started]);
        _telemetry.Dispose();

        Assert.Equal(ActivityStatusCode.Error, Root().Status);
    }

    [Fact]
    public void Telling_leaves_the_callers_own_activity_alone()
    {
        using var own = new Activity("the caller's").Start();

        foreach (var notice in Notices.All())
        {
            _telemetry.On(notice);
            Assert.Same(own, Activity.Current);
        }
    }

    [Fact]
    public void Notices_of_a_session_nobody_heard_begin_are_counted_without_a_span()
    {
        Tell([Notices.Arc(), Notices.Moved, Notices.Ended()]);

        Assert.Empty(Spans());
        Assert.Equal(1, Points("vm.migration.arc.duration", "vm.migration.device.class", $"sim/{_own}").Single().GetHistogramCount());
    }

    [Fact]
    public void The_blackout_is_a_histogram_in_seconds_with_the_limits_of_SLAs_as_bounds()
    {
        Tell(Notices.All());

        var point = Points("vm.migration.blackout.duration", "vm.migration.sla.class", _own).Single();
        Assert.Equal(0.12, point.GetHistogramSum(), 1e-9);
        var bounds = new List<double>();
        foreach (var bucket in point.GetHistogramBuckets())
        {
            bounds.Add(bucket.ExplicitBound);
        }

        Assert.Superset(new HashSet<double> { 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2 }, bounds.ToHashSet());
    }

    [Fact]
    public void An_exemplar_of_a_blackout_leads_to_its_attempt_which_no_series_names()
    {
        Tell(Notices.All());

        var point = Points("vm.migration.blackout.duration", "vm.migration.sla.class", _own).Single();
        Assert.True(point.TryGetExemplars(out var exemplars));
        var attempts = new List<object?>();
        foreach (var exemplar in exemplars)
        {
            foreach (var tag in exemplar.FilteredTags)
            {
                attempts.Add((tag.Key, tag.Value));
            }
        }

        Assert.Equal([("vm.migration.id", (object?)_own)], attempts);
    }

    [Fact]
    public void A_guest_that_never_stopped_has_no_blackout_but_its_migration_counts()
    {
        Tell([Notices.Started, Notices.Ended(MigrationOutcome.Stayed, blackoutMilliseconds: 0)]);

        Assert.Empty(Points("vm.migration.blackout.duration", "vm.migration.sla.class", _own));
        Assert.Equal(1, Points("vm.migration.migrations", "vm.migration.sla.class", _own).Single().GetSumLong());
    }

    [Fact]
    public void Every_instrument_has_its_unit_and_no_attribute_names_a_machine_a_device_or_a_migration()
    {
        Tell(Notices.All());
        _meters.ForceFlush();

        Assert.Equal(
            [
                ("vm.migration.arc.duration", "s"),
                ("vm.migration.blackout.bound", "s"),
                ("vm.migration.blackout.duration", "s"),
                ("vm.migration.decisions", "{decision}"),
                ("vm.migration.migrations", "{migration}"),
                ("vm.migration.transfer.bytes", "By"),
                ("vm.migration.transfer.rate", "By/s"),
            ],
            _metrics.Select(m => (m.Name, m.Unit)).Distinct().Order());
        string[] allowed =
        [
            "vm.migration.arc", "vm.migration.device.class", "vm.migration.side", "vm.migration.arc.outcome", "vm.migration.phase",
            "vm.migration.verdict", "vm.migration.method", "vm.migration.gate", "vm.migration.outcome", "vm.migration.limit.exceeded", "vm.migration.sla.class",
        ];
        foreach (var metric in _metrics)
        {
            foreach (var point in metric.MetricPoints)
            {
                foreach (var tag in point.Tags)
                {
                    Assert.Contains(tag.Key, allowed);
                }
            }
        }
    }

    private void Tell(IEnumerable<SessionNotice> notices)
    {
        foreach (var notice in notices)
        {
            _telemetry.On(notice);
        }
    }

    private Activity Root() => Spans().Single(s => s.DisplayName == "migration");

    private List<Activity> Spans()
    {
        _traces.ForceFlush();
        var all = _spans.ToArray();
        var root = all.SingleOrDefault(s => _own.Equals(s.GetTagItem("vm.migration.id")));
        return [.. all.Where(s => s.TraceId == root?.TraceId)];
    }

    private List<MetricPoint> Points(string metric, string tag, string value)
    {
        _metrics.Clear();
        _meters.ForceFlush();
        var found = new List<MetricPoint>();
        foreach (var point in _metrics.Where(m => m.Name == metric).SelectMany(m => m.MetricPoints))
        {
            foreach (var pair in point.Tags)
            {
                if (pair.Key == tag && value.Equals(pair.Value))
                {
                    found.Add(point);
                }
            }
        }

        return found;
    }
}
