/*
 * What a unit of work is worth. Each expression of the table has nothing in mind but to cost, each
 * by another function or operator; for each a line: nanoseconds of the processor for a unit, how
 * many units it took, and how it ended. Where a unit takes much longer than elsewhere, something is
 * done that isn't counted. Shown by falling time for a unit, behind them all the average.
 */

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/json/json.h"
#include "parsers/jsonata/jsonata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A budget as states have it, but smaller: what it costs is the same from the start. */
#define BUDGET 10000000

/* Over and over, without growing the stack or the memory. */
#define LOOP(before, body)                                                                         \
    "(" before "$f:=function($n){$n>0?($t:=(" body ");$f($n-1)):0};$f(1000000000))"
#define LONG "$s:=$pad('',400000,'a');"
#define WIDE "$s:=$pad('',100000,'\\u00e4b');"
#define LIST "$l:=$map([1..20000],function($v){$v*7919%10007});"
#define OBJECTS "$o:=[1..3000].{'k':$string($),'v':[$,{'a':$}]};"
#define MAP "$m:=$merge([1..5000].{'k'&$string($):$});"

static const struct {
    const char *name, *text;
} rows[] = {
    {"a call", LOOP("", "1")},
    {"a path", LOOP("$o:={'a':{'b':{'c':1}}};", "$o.a.b.c")},
    {"arithmetic", LOOP("", "1.5*$n+$n/3-$n%7")},
    {"concatenation", LOOP(LONG, "$s&'b'")},
    {"concatenation of small", LOOP("", "'a'&$n&'b'")},
    {"comparison of strings", LOOP(LONG "$r:=$s&'b';", "$s<$r")},
    {"equality of strings", LOOP(LONG "$r:=$s&'b';$q:=$s&'c';", "$r=$q")},
    {"in, of strings", LOOP(LONG "$r:=$s&'b';$q:=[$s&'c',$s&'d'];", "$r in $q")},
    {"in, of numbers", LOOP(LIST, "-1 in $l")},
    {"equality of values",
     LOOP(OBJECTS "$p:=[1..3000].{'k':$string($),'v':[$,{'a':$}]};", "$o=$p")},
    {"$length", LOOP(LONG, "$length($s)")},
    {"$substring", LOOP(LONG, "$substring($s,399990,5)")},
    {"$substringBefore", LOOP(LONG, "$substringBefore($s,'b')")},
    {"$substringAfter", LOOP(LONG, "$substringAfter($s,'b')")},
    {"$uppercase", LOOP(LONG, "$uppercase($s)")},
    {"$lowercase beyond ASCII", LOOP(WIDE, "$lowercase($s)")},
    {"$trim", LOOP(LONG, "$trim($s)")},
    {"$pad", LOOP("", "$pad('',100000,'ab')")},
    {"$contains", LOOP(LONG, "$contains($s,'b')")},
    {"$contains of what is nearly there",
     LOOP(LONG "$r:=$pad('',200000,'a')&'b';", "$contains($s,$r)")},
    {"$split by a character", LOOP("$s:=$pad('',20000,'ab');", "$split($s,'b')")},
    {"$split into characters", LOOP("$s:=$pad('',20000,'ab');", "$split($s,'')")},
    {"$split by a pattern", LOOP("$s:=$pad('',20000,'ab');", "$split($s,/b/)")},
    {"$join", LOOP("$l:=$split($pad('',20000,'ab'),'');", "$join($l,',')")},
    {"$replace of nothing", LOOP(LONG, "$replace($s,'b','c')")},
    {"$replace of each", LOOP("$s:=$pad('',20000,'ab');", "$replace($s,'a','xy')")},
    {"$replace by a pattern", LOOP("$s:=$pad('',20000,'ab');", "$replace($s,/a/,'<$0>')")},
    {"$replace by a function",
     LOOP("$s:=$pad('',2000,'ab');", "$replace($s,/a/,function($m){$m.match})")},
    {"$match", LOOP("$s:=$pad('',20000,'ab1');", "$match($s,/([a-z]+)(\\d)/)")},
    {"$match by a function",
     LOOP("$s:=$pad('',2000,'ab');$g:=function($t){{'match':'a','start':0,'end':1,'groups':[],'"
          "next':function(){{'match':'b','start':1,'end':2,'groups':[]}}}};",
          "$match($s,$g)")},
    {"a pattern that goes back", LOOP("$s:=$pad('',40,'a')&'xbc';", "$contains($s,/(a+)+b/)")},
    {"a pattern of alternatives",
     LOOP("$s:=$pad('',40,'a')&'xbc';", "$contains($s,/(?:a|aa|b)+c/)")},
    {"a pattern of three repeats", LOOP("$s:=$pad('',400,'a')&'xbc';", "$contains($s,/a*a*a*b/)")},
    {"a pattern of blanks at the end",
     LOOP("$s:=$pad('',20000,' ')&'x';", "$contains($s,/\\s+$/)")},
    {"a lazy pattern", LOOP("$s:=$pad('',20000,'ab')&'\\nx';", "$contains($s,/a.*?x/)")},
    {"a pattern with a reference",
     LOOP("$s:=$pad('',2000,'a')&'xbc';", "$contains($s,/(a+)\\1b/)")},
    {"a pattern of optional parts",
     LOOP("$s:=$pad('',26,'a')&'xbc';", "$contains($s,/(a?){26}a{26}b/)")},
    {"a pattern of fixed length",
     LOOP(LONG "$s:=$s&'xb';", "$contains($s,/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab/)")},
    {"a pattern of many", LOOP(LONG "$s:=$s&'xb';", "$contains($s,/a{1000}b/)")},
    {"a pattern that looks ahead",
     LOOP("$s:=$pad('',5000,'a')&'xbc';", "$contains($s,/(?=a*b)a/)")},
    {"a pattern of a class, ignoring case", LOOP(WIDE, "$contains($s,/[x-z]+1/i)")},
    {"$string of values", LOOP(OBJECTS, "$string($o)")},
    {"$string of numbers", LOOP("$l:=[1..5000].($/7);", "$string($l)")},
    {"$string, pretty",
     LOOP("$o:=$reduce([1..80],function($a,$b){[[$a]]},[1,2,3]);", "$string($o,true)")},
    {"$string of text", LOOP("$l:=[$pad('',100000,'a\"')];", "$string($l)")},
    {"$number", LOOP("$s:='1234567890.125e-7';", "$number($s)")},
    {"$number of a long text", LOOP("$s:=$pad('1.',100000,'7');", "$number($s)")},
    {"$parse", LOOP(OBJECTS "$s:=$string($o);", "$parse($s)")},
    {"$parse of text", LOOP("$s:='\"'&$pad('',100000,'a')&'\"';", "$parse($s)")},
    {"$base64encode", LOOP(LONG, "$base64encode($s)")},
    {"$base64decode", LOOP(LONG, "$base64decode($s)")},
    {"$encodeUrlComponent", LOOP(WIDE, "$encodeUrlComponent($s)")},
    {"$decodeUrlComponent",
     LOOP("$s:=$encodeUrlComponent($pad('',20000,'\\u00e4'));", "$decodeUrlComponent($s)")},
    {"$hash", LOOP(LONG, "$hash($s,'SHA-512')")},
    {"$hash of little", LOOP("", "$hash('a','MD5')")},
    {"$uuid", LOOP("", "$uuid()")},
    {"$formatNumber", LOOP("", "$formatNumber($n/7,'#,##0.00')")},
    {"$formatNumber with a long picture", LOOP("$p:=$pad('',2000,'0');", "$formatNumber($n,$p)")},
    {"$formatBase", LOOP("", "$formatBase(1e300,2)")},
    {"$formatInteger in words", LOOP("", "$formatInteger(123456789012345,'w')")},
    {"$formatInteger in Roman", LOOP("", "$formatInteger(9999999,'I')")},
    {"$parseInteger of words", LOOP("$s:=$pad('',10000,'one ');", "$parseInteger($s,'w')")},
    {"$round", LOOP("", "$round($n/7,3)")},
    {"$fromMillis", LOOP("", "$fromMillis($n)")},
    {"$fromMillis in words", LOOP("", "$fromMillis($n,'[FNn], [Dwo] of [MNn] [Yw]')")},
    {"$toMillis", LOOP("", "$toMillis('2017-11-07T15:12:37.121Z')")},
    {"$toMillis by a picture", LOOP("", "$toMillis('2017-11-07','[Y]-[M01]-[D01]')")},
    {"$toMillis in words", LOOP("", "$toMillis('twenty-seven','[Yw]')")},
    {"$toMillis of no date", LOOP("", "$toMillis('2017-13-01')")},
    {"$sum", LOOP(LIST, "$sum($l)")},
    {"$max", LOOP(LIST, "$max($l)")},
    {"$sort of numbers", LOOP(LIST, "$sort($l)")},
    {"$sort of strings",
     LOOP("$l:=[1..2000].($pad('',500,'a')&$string($*7919%2003));", "$sort($l)")},
    {"$sort by a function",
     LOOP("$l:=[1..2000].($*7919%2003);", "$sort($l,function($a,$b){$a>$b})")},
    {"order by", LOOP("$l:=[1..2000].{'a':$*7919%2003};", "$l^(a)")},
    {"$reverse", LOOP(LIST, "$reverse($l)")},
    {"$shuffle", LOOP(LIST, "$shuffle($l)")},
    {"$append", LOOP(LIST, "$append($l,$l)")},
    {"$zip", LOOP("$l:=[1..5000];", "$zip($l,$l,$l)")},
    {"$distinct of numbers", LOOP(LIST, "$distinct($l)")},
    {"$distinct of values", LOOP("$l:=[1..300].{'a':$};", "$distinct($l)")},
    {"$map with a built-in function", LOOP(LIST, "$map($l,$abs)")},
    {"$filter", LOOP("$l:=[1..2000];", "$filter($l,function($v){$v>5})")},
    {"$reduce", LOOP("$l:=[1..2000];", "$reduce($l,function($a,$b){$a+$b})")},
    {"$merge", LOOP(OBJECTS, "$merge($o)")},
    {"$merge of wide objects", LOOP(MAP, "$merge([$m,$m])")},
    {"$keys", LOOP(MAP, "$keys($m)")},
    {"$keys of indexes", LOOP("$m:=$merge([1..5000].{$string($*7919%5003):$});", "$keys($m)")},
    {"$lookup", LOOP(OBJECTS, "$lookup($o,'k')")},
    {"$lookup of a long key", LOOP("$k:=$pad('',100000,'k');$m:={$k:1};", "$lookup($m,$k&'')")},
    {"$spread", LOOP(MAP, "$spread($m)")},
    {"$each", LOOP(MAP, "$each($m,function($v){$v})")},
    {"$sift", LOOP("$m:=$merge([1..1000].{'k'&$string($):$});", "$sift($m,function($v){$v>5})")},
    {"wildcards", LOOP(OBJECTS, "$o.*")},
    {"descendants", LOOP(OBJECTS, "$o.**")},
    {"a transform", LOOP(OBJECTS, "$o~>|$|{'x':1},'k'|")},
    {"what is deleted", LOOP("$m:=$merge([1..500].{'k'&$string($):$});", "$m~>|$|{},$keys($m)|")},
    {"a filter", LOOP(OBJECTS, "$o[v[0]>5]")},
    {"a filter by positions", LOOP("$l:=[1..300];", "$l[$l]")},
    {"groups", LOOP(OBJECTS, "$o{$substring(k,0,1):$count(v)}")},
    {"positions and parents", LOOP("$l:=[1..500].{'a':[{'b':1}]};", "$l.a#$i.{'x':%.a,'i':$i}")},
    {"joins", LOOP("$l:=[1..60].{'a':$};", "$l@$x.$l@$y[$x.a=$y.a].$x.a")},
    {"a range that is spelled", LOOP("", "$append([1..10000],0)")},
    {"$range", LOOP("", "$range(1,10000,1)")},
    {"$partition", LOOP(LIST, "$partition($l,2)")},
    {"partial application", LOOP("$g:=function($a,$b){$a+$b};", "$g(1,?)(2)")},
    {"composition", LOOP("$g:=$abs~>$floor~>$ceil;", "$g(1.5)")},
    {"truth of a list", LOOP("$l:=[1..20000].(false);", "$boolean($l)")},
    {"many variables",
     LOOP("$g:=function($z){($a:=1;$b:=2;$c:=3;$d:=4;$e:=5;$h:=6;$i:=7;$j:=8;$k:=9;$l:=10;$m:=11;$"
          "o:=12;$p:=13;$q:=14;$r:=15;$s:=16;$u:=17;$v:=18;$u+$v)};",
          "$g(1)")},
};

struct cost {
    const char *name;
    char end[16];
    uint64_t units;
    double s, ns;
};

static double cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct cost measure(const char *name, const char *text)
{
    struct jsonata_error why = {0};
    struct work work = {.most = BUDGET};
    const struct jsonata_options options = {.work = &work};
    struct cost c = {.name = name};
    jsonata *x = jsonata_compile(text, strlen(text), JSONATA_AWS, &why);
    json *out = NULL;
    double start;

    if (!x) {
        fprintf(stderr, "%s: %s: %s\n", name, text, why.text);
        exit(1);
    }
    start = cpu_s();
    const bool failed = jsonata_eval(x, &options, NULL, &out, &why) == JSONATA_FAILED;
    c.s = cpu_s() - start;
    c.units = work.total - work.left;
    c.ns = c.s * 1e9 / (double)c.units;
    snprintf(c.end, sizeof c.end, "%s", failed ? why.code : "a value");
    if (failed && strcmp(c.end, "U1001") != 0)
        fprintf(stderr, "%s: %s\n", name, why.text);
    json_unref(out);
    jsonata_error_clear(&why);
    jsonata_free(x);
    return c;
}

static int by_ns(const void *a, const void *b)
{
    const struct cost *x = a, *y = b;

    return x->ns < y->ns ? 1 : x->ns > y->ns ? -1 : 0;
}

/* Without an argument all of them; else those whose names hold it. */
int main(int argc, char **argv)
{
    struct cost costs[COUNT(rows)];
    double sum = 0;
    size_t n = 0;

    mem_keep_freed();
    for (size_t i = 0; i < COUNT(rows); i++)
        if (argc < 2 || strstr(rows[i].name, argv[1])) {
            costs[n] = measure(rows[i].name, rows[i].text);
            sum += costs[n++].ns;
        }
    qsort(costs, n, sizeof *costs, by_ns);
    for (size_t i = 0; i < n; i++)
        printf("%8.1f ns %12llu units  %-8s %s\n", costs[i].ns, (unsigned long long)costs[i].units,
               costs[i].end, costs[i].name);
    if (n)
        printf("%8.1f ns on average\n", sum / (double)n);
    return 0;
}
