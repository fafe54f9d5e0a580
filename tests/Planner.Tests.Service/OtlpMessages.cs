using ProtoBuf;

namespace Planner.Tests.Service;

/// <summary>What a collector is sent of traces: the fields of OTLP 1 that are looked at (https://opentelemetry.io/docs/specs/otlp).</summary>
[ProtoContract]
internal sealed class TraceExport
{
    [ProtoMember(1)]
    public List<ResourceSpans> Resources { get; } = [];

    public IEnumerable<OtlpSpan> Spans => Resources.SelectMany(r => r.Scopes).SelectMany(s => s.Spans);
}

[ProtoContract]
internal sealed class ResourceSpans
{
    [ProtoMember(2)]
    public List<ScopeSpans> Scopes { get; } = [];
}

[ProtoContract]
internal sealed class ScopeSpans
{
    [ProtoMember(2)]
    public List<OtlpSpan> Spans { get; } = [];
}

[ProtoContract]
internal sealed class OtlpSpan
{
    [ProtoMember(1)]
    public byte[] TraceId { get; set; } = [];

    [ProtoMember(2)]
    public byte[] SpanId { get; set; } = [];

    [ProtoMember(4)]
    public byte[] ParentSpanId { get; set; } = [];

    [ProtoMember(5)]
    public string Name { get; set; } = "";

    [ProtoMember(7, DataFormat = DataFormat.FixedSize)]
    public ulong StartNanoseconds { get; set; }

    [ProtoMember(8, DataFormat = DataFormat.FixedSize)]
    public ulong EndNanoseconds { get; set; }

    [ProtoMember(9)]
    public List<OtlpAttribute> Attributes { get; } = [];

    public string Trace => Convert.ToHexStringLower(TraceId);

    public string Id => Convert.ToHexStringLower(SpanId);

    public string Parent => Convert.ToHexStringLower(ParentSpanId);

    public OtlpValue? this[string key] => Attributes.FirstOrDefault(a => a.Key == key)?.Value;
}

[ProtoContract]
internal sealed class OtlpAttribute
{
    [ProtoMember(1)]
    public string Key { get; set; } = "";

    [ProtoMember(2)]
    public OtlpValue? Value { get; set; }
}

[ProtoContract]
internal sealed class OtlpValue
{
    [ProtoMember(1)]
    public string? Text { get; set; }

    [ProtoMember(4)]
    public double? Number { get; set; }
}
