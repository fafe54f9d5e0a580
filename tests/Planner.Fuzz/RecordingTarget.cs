using Planner.Documents;
using Planner.Estimators;
using Planner.Evaluation;

namespace Planner.Fuzz;

/// <summary>The input is a recording: a first byte chooses the reader of QEMU's polls, of arcs or of latency series. Every failure but a
/// <see cref="DocumentException"/> is a finding, and so is what becomes of the recording if it cannot be worked with.</summary>
internal static class RecordingTarget
{
    /// <summary>Reads the recording, and takes it to where it is used.</summary>
    /// <returns>What it holds.</returns>
    public static string Run(byte[] input)
    {
        var stream = new MemoryStream(input, Math.Min(1, input.Length), Math.Max(0, input.Length - 1));
        try
        {
            return input.ElementAtOrDefault(0) switch
            {
                (byte)'a' => Describe(ArcRecordingReader.Read(stream, "fuzz-run1.jsonl")),
                (byte)'l' => Describe([LatencySeriesReader.Read(stream, "fuzz.csv")]),
                _ => string.Join("; ", QemuRecordingReader.Read(stream, "fuzz-run1.jsonl").Select(Use)),
            };
        }
        catch (DocumentException e)
        {
            return e.Message;
        }
    }

    private static string Describe(IReadOnlyList<LatencySeries> series)
    {
        if (!series.All(s => s.Seconds.Count > 0 && s.Seconds.All(x => double.IsFinite(x) && x > 0)))
        {
            throw new InvalidOperationException("A latency was read that is none.");
        }

        return string.Join(", ", series.Select(s => $"{s.Name}: {s.Seconds.Count}"));
    }

    private static string Use(QemuRecording recording)
    {
        var values = new float[BlackoutFeatures.Count];
        foreach (var example in RecordingExamples.From([recording]))
        {
            example.Features.Write(values);
            if (!values.All(float.IsFinite) || !(example.ActualSeconds > 0))
            {
                throw new InvalidOperationException($"The example {example} cannot be learned from.");
            }
        }

        if (recording.NeverCompleted || (recording.IsSwitchover && recording.Outcome!.DowntimeSeconds > 0))
        {
            var moments = new RecordingReplay(recording, 0.005).MomentsInOrder;
            return $"{recording.Polls.Count} polls, {recording.Events.Count} events, {moments.Count} moments";
        }

        return $"{recording.Polls.Count} polls, {recording.Events.Count} events";
    }
}
