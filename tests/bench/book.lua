-- Load for wrk: every request books another half hour of another inspector, so none is refused.
-- Arguments after --: inspectors, first day (days since 1970), days.
local inspectors, first_day, days, count = 1, 0, 1, 0
local created, other = 0, 0

function setup(thread)
    thread:set("unused", 0)
end

function init(args)
    inspectors, first_day, days = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
end

function request()
    local n = count
    count = count + 1
    local who = n % inspectors
    local slot = math.floor(n / inspectors)
    local day = first_day + slot % days
    local half = math.floor(slot / days) % 48
    local at = os.date("!%Y-%m-%d", day * 86400)
    local body = string.format(
        '{"datetime":"%sT%02d:%02d:00Z","minutes":30,"_inspectorId":"i%05d","property":{"address":"%d Bench Street"},"client":{"name":"Client %d"}}',
        at, math.floor(half / 2), half % 2 * 30, who, n, n)
    wrk.headers["Idempotency-Key"] = "bench-" .. n
    return wrk.format("POST", nil, nil, body)
end

function response(status)
    if status == 201 then
        created = created + 1
    else
        other = other + 1
        if other <= 3 then print("unexpected status " .. status) end
    end
    print_at = created
end

function done(summary)
    print(string.format("requests %d seconds %.3f errors %d", summary.requests,
        summary.duration / 1e6, summary.errors.status))
end
